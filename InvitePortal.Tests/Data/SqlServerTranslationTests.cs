using System.Reflection;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Demo;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace InvitePortal.Tests.Data;

/// <summary>
/// Where no SQL Server is at hand: every asynchronous method that reaches the database is called on SQL Server's provider with a server that
/// only pretends (<see cref="SuppressedSqlServer"/>). What cannot be translated throws; what is translated must parse. Methods are found by
/// reflection, so a new one is covered or fails by name.
/// </summary>
public sealed class SqlServerTranslationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private static readonly Dictionary<string, string?> Settings = new() { ["Demo:Enabled"] = "true" };

    /// <summary>Sorts that lists may know; an unknown one is an ordinary refusal.</summary>
    private static readonly string?[] Sorts = [null, "createdAt", "-createdAt", "expiresAt", "-expiresAt", "email", "-email", "subject"];

    private static readonly SuppressedAnswers[] AllAnswers =
    [
        new(Rows: false, Affected: 0),
        new(Rows: false, Affected: 1),
        new(Rows: true, Affected: 1),
        new(Rows: true, Affected: 0),
        new(Rows: true, Affected: 1, Flag: false),
        new(Rows: true, Affected: 1, Flag: false, Nulls: true),
        new(Rows: true, Affected: 0, Flag: false, Nulls: true),
        new(Rows: true, Affected: 1, Nulls: true),
        new(Rows: true, Affected: 1, Number: 2, Flag: false),
        new(Rows: true, Affected: 1, Number: 3),
        new(Rows: true, Affected: 1, Number: 6),
    ];

    public static TheoryData<string> Classes { get; } = new(DatabaseClasses().Select(t => t.FullName!));

    [Theory, MemberData(nameof(Classes))]
    public async Task EveryStatement_IsTranslatedAndParses(string className)
    {
        var type = typeof(Program).Assembly.GetType(className, throwOnError: true)!;
        var server = new SuppressedSqlServer();
        await using var provider = Build(server);
        var failures = new List<string>();

        foreach (var method in Methods(type))
        {
            // Full and bare arguments, where there are any that differ.
            foreach (var full in method.GetParameters().Any(p => p.ParameterType != typeof(CancellationToken)) ? new[] { true, false } : [true])
            {
                foreach (var answers in AllAnswers)
                {
                    foreach (var sort in method.GetParameters().Any(p => p.ParameterType == typeof(PageRequest)) ? Sorts : [null])
                    {
                        server.Answers = answers;
                        failures.AddRange(await CallAsync(provider, type, method, full, sort));
                    }
                }
            }
        }

        if (typeof(BackgroundService).IsAssignableFrom(type))
        {
            foreach (var answers in AllAnswers)
            {
                server.Answers = answers;
                failures.AddRange(await RunAsync(provider, type));
            }
        }

        Assert.True(failures.Count == 0, string.Join((char)10, failures.Distinct()));
        var statements = server.Statements.Distinct().ToList();
        foreach (var sql in statements)
        {
            TransactSql.AssertValid(sql);
        }

        Assert.True(statements.Count > 0, $"{className} sent nothing to the database, so nothing was tested.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{className}: {statements.Count} statements");
    }

    [Fact]
    public void Classes_AreFound()
    {
        Assert.Contains("InvitePortal.Data.RateLimits", Classes.Select(r => (string)r.Data));
        Assert.True(Classes.Count > 8);
    }

    [Fact]
    public async Task WhatCannotBeTranslated_IsNoticed()
    {
        await using var provider = Build(new SuppressedSqlServer());
        await using var db = provider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

        var e = await Record.ExceptionAsync(() => db.Users.Where(u => u.DisplayName.IsNormalized()).ToListAsync());

        Assert.True(IsMistake(e!));
        Assert.NotEmpty(TransactSql.Mistakes("SELECT TOP FROM [Users] LIMIT 3"));
    }

    /// <summary>Everything that is handed the database, and everything called a service or queries.</summary>
    private static IEnumerable<Type> DatabaseClasses() => typeof(Program).Assembly.GetTypes()
        .Where(t => t is { IsClass: true, IsNested: false } && t.Namespace?.StartsWith("InvitePortal", StringComparison.Ordinal) == true)
        .Where(t => !typeof(IComponent).IsAssignableFrom(t) && !typeof(DbContext).IsAssignableFrom(t) && t != typeof(DatabaseStartup) && t != typeof(DatabaseHealth))
        .Where(t => !(t.IsAbstract && !t.IsSealed))
        .Where(t => t.GetConstructors().Any(c => c.GetParameters().Any(p => p.ParameterType == typeof(IDbContextFactory<AppDbContext>)))
            || Methods(t).Any(m => m.GetParameters().Any(p => p.ParameterType == typeof(AppDbContext)))
            || t.Name.EndsWith("Service", StringComparison.Ordinal) || t.Name.EndsWith("Queries", StringComparison.Ordinal))
        .Where(t => Methods(t).Any() || typeof(BackgroundService).IsAssignableFrom(t));

    private static IEnumerable<MethodInfo> Methods(Type type) => type
        .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(m => m is { IsSpecialName: false, IsGenericMethodDefinition: false } && (m.IsPublic || m.IsAssembly))
        .Where(m => !m.Name.Contains('<', StringComparison.Ordinal) && m.GetBaseDefinition() == m)
        .Where(m => m.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null)
        .Where(m => !m.GetParameters().Any(p => p.ParameterType == typeof(HttpContext)))
        .Where(m => typeof(Task).IsAssignableFrom(m.ReturnType)
            || (m.ReturnType.IsGenericType && (m.ReturnType.GetGenericTypeDefinition() == typeof(ValueTask<>) || m.ReturnType.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)))
            || m.ReturnType == typeof(ValueTask));

    private static async Task<IEnumerable<string>> CallAsync(IServiceProvider provider, Type type, MethodInfo method, bool full, string? sort)
    {
        await using var scope = provider.CreateAsyncScope();
        using var patience = new CancellationTokenSource(type == typeof(DemoData) ? TimeSpan.FromSeconds(15) : Patience);
        var database = new Lazy<AppDbContext>(scope.ServiceProvider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext);
        var makers = new ArgumentMakers(scope.ServiceProvider, full, database, patience.Token);
        var arguments = new List<object?>();
        foreach (var parameter in method.GetParameters())
        {
            var argument = makers.Make(parameter.ParameterType, parameter.Name!, out var missing);
            if (missing is not null)
            {
                return [$"{type.Name}.{method.Name}: {missing}; add one to {nameof(ArgumentMakers)}"];
            }

            arguments.Add(argument is PageRequest page ? page with { Sort = sort, Page = 1, PageSize = 25, Search = full ? "anna" : null } : argument);
        }

        object? target = null;
        if (!method.IsStatic)
        {
            try
            {
                target = ActivatorUtilities.GetServiceOrCreateInstance(scope.ServiceProvider, type);
                (target as SessionWatcher)?.Start(SuppressedAnswers.Id, _ => { }).MarkUsed();
            }
            catch (InvalidOperationException e)
            {
                return [$"{type.Name} cannot be made: {e.Message}"];
            }
        }

        try
        {
            // Nothing here waits for a network, so a loop that goes on for ever would never give its thread back.
            await Task.Run(() => AwaitAsync(method.Invoke(target, [.. arguments]))).WaitAsync(TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException)
        {
            return [$"{type.Name}.{method.Name} does not end, and does not heed its token"];
        }
        catch (Exception e)
        {
            var real = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            if (IsMistake(real))
            {
                return [$"{type.Name}.{method.Name}: {real.GetType().Name}: {real.Message}"];
            }
        }
        finally
        {
            if (database.IsValueCreated)
            {
                await database.Value.DisposeAsync();
            }
        }

        return [];
    }

    /// <summary>Whether an exception says that a query is no query. Others come of data that makes no sense, which is no wonder here.</summary>
    private static bool IsMistake(Exception e) =>
        (e is InvalidOperationException && (e.Message.Contains("translated", StringComparison.Ordinal) || e.Message.Contains("translation", StringComparison.Ordinal)))
        || e is NotSupportedException
        || e.Message.Contains("LINQ", StringComparison.Ordinal);

    private static async Task AwaitAsync(object? result)
    {
        switch (result)
        {
            case null:
                return;
            case Task task:
                await task;
                return;
            case ValueTask task:
                await task;
                return;
            default:
                var asTask = result.GetType().GetMethod("AsTask");
                if (asTask?.Invoke(result, null) is Task started)
                {
                    await started;
                }

                return;
        }
    }

    private static async Task<IEnumerable<string>> RunAsync(ServiceProvider provider, Type type)
    {
        provider.GetRequiredService<DatabaseReadiness>().Set();
        var service = (BackgroundService)(provider.GetServices<IHostedService>().FirstOrDefault(s => s.GetType() == type) ?? ActivatorUtilities.CreateInstance(provider, type));
        await service.StartAsync(default);
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        await service.StopAsync(default);
        return service.ExecuteTask?.Exception?.InnerException is { } e && IsMistake(e) ? [$"{type.Name}: {e.Message}"] : [];
    }

    private static ServiceProvider Build(SuppressedSqlServer server)
    {
        var services = ServiceHost.BuildServices(
            DatabaseProvider.SqlServer, "Server=none;Database=none;Encrypt=false", Settings, "Development", new FakeClock(), new RecordedLogs());
        services.ConfigureDbContext<SqlServerAppDbContext>(options => options.AddInterceptors(server));
        services.RemoveAll<IDataProtectionProvider>();
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        return services.BuildServiceProvider();
    }
}
