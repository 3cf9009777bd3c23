using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace InvitePortal.Tests.Support;

/// <summary>bUnit is compiled against AngleSharp.Diffing 1.x; where only 0.17 can be restored, the runtime takes it only when handed the file.</summary>
internal static class LowerAssemblies
{
    [ModuleInitializer]
    internal static void Initialize() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        name.Name is "AngleSharp.Diffing" ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "AngleSharp.Diffing.dll")) : null;
}
