using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace InvitePortal.Data;

/// <summary>
/// EF Core 10 is compiled against SQLitePCLRaw.core 2.1; where only 2.0.6 can be restored, the runtime refuses the lower assembly version
/// unless it is handed the file. The parts that EF Core uses are the same in both. Goes together with the two references in Directory.Build.props.
/// </summary>
internal static class SqliteNative
{
    [ModuleInitializer]
    internal static void Initialize()
    {
        AssemblyLoadContext.Default.Resolving += (context, name) =>
        {
            var file = Path.Combine(AppContext.BaseDirectory, name.Name + ".dll");
            return name.Name?.StartsWith("SQLitePCLRaw", StringComparison.Ordinal) == true && File.Exists(file)
                ? context.LoadFromAssemblyPath(file)
                : null;
        };
        InitializeProvider();
    }

    // Apart, so that the types are looked up only after the handler above is in place.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void InitializeProvider() => SQLitePCL.Batteries_V2.Init();
}
