using System.Data.Common;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace InvitePortal.Data;

public static class DataFeature
{
    // Npgsql's own 1,000 makes one text of half a megabyte of them, which takes longer to build and to parse than ten of these.
    private const int StatementsPerCommand = 100;

    /// <summary>The database of the configured provider, its clock, counters and key ring.</summary>
    public static IServiceCollection AddData(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidation>();
        var options = configuration.GetSection(DatabaseOptions.Section).Get<DatabaseOptions>() ?? new DatabaseOptions();
        var connectionString = ConnectionString(configuration, options.Provider, environment);
        var timeout = (int)options.CommandTimeout.TotalSeconds;
        switch (options.Provider)
        {
            case DatabaseProvider.Sqlite:
                AddContext<SqliteAppDbContext>(services, o => o.UseSqlite(connectionString, s => s.CommandTimeout(timeout)).AddInterceptors(new SqlitePragmas()));
                break;
            case DatabaseProvider.PostgreSql:
                AddContext<PostgreSqlAppDbContext>(services, o => o.UseNpgsql(connectionString, n => n.CommandTimeout(timeout).MaxBatchSize(StatementsPerCommand)).AddInterceptors(new PlanAnew()));
                break;
            case DatabaseProvider.SqlServer:
                AddContext<SqlServerAppDbContext>(services, o => o.UseSqlServer(connectionString, s => s.CommandTimeout(timeout)));
                break;
            default:
                throw new InvalidOperationException($"Unknown database provider {options.Provider}.");
        }

        services.AddScoped(sp => sp.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext());
        services.AddSingleton<RateLimits>();
        services.AddSingleton<MissGuard>();
        services.AddSingleton<ListTotals>();
        services.AddSingleton<DatabaseReadiness>();
        services.TryAddSingleton<DatabaseClock>();
        services.TryAddSingleton<TimeProvider>(sp => sp.GetRequiredService<DatabaseClock>());
        services.AddHostedService<DatabaseStartup>();
        services.AddHostedService<Housekeeping>();
        services.AddDataProtection().SetApplicationName("InvitePortal");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(sp => new ConfigureOptions<KeyManagementOptions>(
            o => o.XmlRepository = new ProtectionKeyRepository(sp.GetRequiredService<IDbContextFactory<AppDbContext>>())));
        return services;
    }

    private static void AddContext<TContext>(IServiceCollection services, Action<DbContextOptionsBuilder> configure)
        where TContext : AppDbContext
    {
        services.AddPooledDbContextFactory<TContext>(options =>
        {
            configure(options);
            // Counting stops early on purpose, whatever the order.
            options.ConfigureWarnings(w => w.Ignore(CoreEventId.RowLimitingOperationWithoutOrderByWarning));
        });
        services.AddSingleton<IDbContextFactory<AppDbContext>, ProviderFactory<TContext>>();
    }

    private static string ConnectionString(IConfiguration configuration, DatabaseProvider provider, IHostEnvironment environment)
    {
        var configured = configuration.GetConnectionString("Portal");
        if (provider is DatabaseProvider.PostgreSql && !string.IsNullOrWhiteSpace(configured))
        {
            return Tuned(configured);
        }

        if (provider is not DatabaseProvider.Sqlite || !string.IsNullOrWhiteSpace(configured))
        {
            return configured ?? "";
        }

        var folder = Path.Combine(environment.ContentRootPath, "App_Data");
        Directory.CreateDirectory(folder);
        return $"Data Source={Path.Combine(folder, "portal.db")}";
    }

    // Planning a statement anew costs the server several times what running it does, and Npgsql prepares nothing unless told to. Nor does anything
    // here change the state of a connection, which Npgsql would otherwise reset with seven statements at each use. A connection string that names a
    // setting decides itself: some poolers cannot keep prepared statements.
    private static string Tuned(string connectionString)
    {
        try
        {
            var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
            var tuned = new NpgsqlConnectionStringBuilder(connectionString);
            bool Named(string setting) => given.ContainsKey(setting) || given.ContainsKey(setting.Replace(" ", "", StringComparison.Ordinal));
            tuned.MaxAutoPrepare = Named("Max Auto Prepare") ? tuned.MaxAutoPrepare : 50;
            tuned.NoResetOnClose = Named("No Reset On Close") ? tuned.NoResetOnClose : true;
            return tuned.ConnectionString;
        }
        catch (ArgumentException)
        {
            // Malformed: opening the first connection says what is wrong with it.
            return connectionString;
        }
    }

    /// <summary>Hands out the provider's context under the name that features know.</summary>
    private sealed class ProviderFactory<TContext>(IDbContextFactory<TContext> inner) : IDbContextFactory<AppDbContext>
        where TContext : AppDbContext
    {
        public AppDbContext CreateDbContext() => inner.CreateDbContext();

        public async Task<AppDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            await inner.CreateDbContextAsync(cancellationToken);
    }
}
