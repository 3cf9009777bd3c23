using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;

namespace InvitePortal.Tests.Architecture;

public sealed partial class NamingTests
{
    private static readonly string[] FoldersForAKind =
        ["Services", "Models", "Helpers", "Managers", "Utils", "Utilities", "Interfaces", "Dtos", "ViewModels", "Entities", "Repositories", "Controllers", "Enums", "Extensions", "Components"];

    /// <summary>Interfaces with one implementation of our own, and why they are interfaces all the same.</summary>
    private static readonly Dictionary<string, string> LoneInterfaces = new()
    {
        ["IMessageChannel"] = "Further channels come into the same house; SMTP is a network.",
        ["IDeliveryListener"] = "Messaging tells features above it what was delivered.",
        ["IStartupTask"] = "Data runs what features above it add.",
        ["IMessageTemplate"] = "Messaging renders what features above it add.",
    };

    private static IEnumerable<Type> Types => typeof(Program).Assembly.GetTypes().Where(t =>
        t.Namespace?.StartsWith("InvitePortal", StringComparison.Ordinal) == true
        && !t.Namespace.Contains("Migrations", StringComparison.Ordinal)
        && t.GetCustomAttribute<CompilerGeneratedAttribute>() is null
        && !t.Name.Contains('<', StringComparison.Ordinal)
        && t.Name is not "_Imports"
        && t.DeclaringType?.Name.Contains('<', StringComparison.Ordinal) != true);

    [Fact]
    public void NoClass_IsAManagerOrHelper() => SourceTree.AssertNone(
        Types.Where(t => Vague().IsMatch(t.Name)).Select(t => t.FullName!));

    [Fact]
    public void NoFolder_IsNamedForAKind() => SourceTree.AssertNone(
        SourceTree.Files.SelectMany(f => f.Folder.Split('/').Where(FoldersForAKind.Contains).Select(part => $"{f.Path}: {part}")));

    [Fact]
    public void Namespaces_AreFolders_AndFileScoped() => SourceTree.AssertNone(
        from file in SourceTree.CSharp
        where file.Path != "Program.cs"
        let expected = "namespace InvitePortal" + (file.Folder.Length > 0 ? "." + file.Folder.Replace('/', '.') : "") + ";"
        where !file.Text.Contains("\n" + expected + "\n", StringComparison.Ordinal) && !file.Text.StartsWith(expected, StringComparison.Ordinal)
        select $"{file.Path} should say {expected}");

    [Fact]
    public void Classes_AreSealedUnlessMadeToBeDerivedFrom() => SourceTree.AssertNone(
        from type in Types
        where type is { IsClass: true, IsAbstract: false, IsSealed: false } && type != typeof(Program) && !typeof(IComponent).IsAssignableFrom(type)
        select $"{type.FullName} is not sealed");

    [Fact]
    public void Components_AreNeitherDerivedFromNorPublicFieldsKept() => SourceTree.AssertNone(
        from type in Types
        from field in type.GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        where !type.IsEnum && !type.IsValueType
        select $"{type.FullName}.{field.Name} is a public field");

    [Fact]
    public void Pages_AreNamedPage_AndOthersAreNot() => SourceTree.AssertNone(
        from type in Types
        where typeof(IComponent).IsAssignableFrom(type) && !type.IsAbstract
        let routed = type.GetCustomAttributes<RouteAttribute>().Any()
        where routed != type.Name.EndsWith("Page", StringComparison.Ordinal)
        select routed ? $"{type.Name} has a route and is not named …Page" : $"{type.Name} is named …Page and has no route");

    [Fact]
    public void ServicesAndQueries_TakeATokenLast_AndAnActorFirst() => SourceTree.AssertNone(
        from type in Types
        where type.IsClass && (type.Name.EndsWith("Service", StringComparison.Ordinal) || type.Name.EndsWith("Queries", StringComparison.Ordinal))
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where typeof(Task).IsAssignableFrom(method.ReturnType)
        let parameters = method.GetParameters()
        let actor = Array.FindIndex(parameters, p => p.ParameterType == typeof(InvitePortal.Common.Actor))
        let extension = method.IsDefined(typeof(ExtensionAttribute)) || (parameters.Length > 0 && parameters[0].ParameterType == typeof(InvitePortal.Data.AppDbContext))
        where parameters.LastOrDefault(p => !p.IsOptional || p.ParameterType == typeof(CancellationToken))?.ParameterType != typeof(CancellationToken) || (actor > 0 && !extension)
        select $"{type.Name}.{method.Name}");

    [Fact]
    public void Services_KnowNothingOfTheWeb()
    {
        Type[] web = [typeof(HttpContext), typeof(IHttpContextAccessor), typeof(System.Security.Claims.ClaimsPrincipal), typeof(NavigationManager), typeof(IJSRuntime)];
        SourceTree.AssertNone(
            from type in Types
            where type.IsClass && (type.Name.EndsWith("Service", StringComparison.Ordinal) || type.Name.EndsWith("Queries", StringComparison.Ordinal))
            from parameter in type.GetConstructors().SelectMany(c => c.GetParameters())
                .Concat(type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).SelectMany(m => m.GetParameters()))
            where web.Any(w => w.IsAssignableFrom(parameter.ParameterType))
            select $"{type.Name} takes a {parameter.ParameterType.Name}");
    }

    [Fact]
    public void Features_AddAndMap() => SourceTree.AssertNone(
        from type in Types
        where type.IsClass && type.Name.EndsWith("Feature", StringComparison.Ordinal)
        let methods = type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly).Where(m => m.IsPublic || m.IsAssembly)
        where !(type.IsAbstract && type.IsSealed) || !methods.Any(m => m.Name.StartsWith("Add", StringComparison.Ordinal))
        select type.FullName);

    [Fact]
    public void Endpoints_AreMappedByFeaturesOnly() => SourceTree.AssertNone(
        from type in Types
        where type.IsClass && type.Name.EndsWith("Endpoints", StringComparison.Ordinal) && !(type.IsAbstract && type.IsSealed)
        select $"{type.FullName} is not static");

    [Fact]
    public void Options_NameTheirSection_AndErrorsAreStatic() => SourceTree.AssertNone(
        from type in Types
        where type.IsClass && type.DeclaringType is null
        where (type.Name.EndsWith("Options", StringComparison.Ordinal) && type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is null)
            || (type.Name.EndsWith("Errors", StringComparison.Ordinal) && !(type.IsAbstract && type.IsSealed))
        select type.FullName);

    [Fact]
    public void Workers_AreBackgroundServices() => SourceTree.AssertNone(
        from type in Types
        where type.Name.EndsWith("Worker", StringComparison.Ordinal) && type.IsClass && !typeof(BackgroundService).IsAssignableFrom(type)
        select type.FullName);

    [Fact]
    public void AnInterface_HasTwoImplementationsOrAReason() => SourceTree.AssertNone(
        from type in Types
        where type.IsInterface && !LoneInterfaces.ContainsKey(type.Name)
        where Types.Count(t => t.IsClass && !t.IsAbstract && type.IsAssignableFrom(t)) < 2
        select type.FullName);

    [Fact]
    public void AComponent_HasAtMost5Services() => SourceTree.AssertNone(
        from type in Types
        where typeof(IComponent).IsAssignableFrom(type)
        let injected = type.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .Where(p => p.GetCustomAttribute<InjectAttribute>() is not null && !typeof(IStringLocalizer).IsAssignableFrom(p.PropertyType)).ToList()
        where injected.Count > 5
        select $"{type.Name}: {string.Join(", ", injected.Select(p => p.PropertyType.Name))}");

    [Fact]
    public void Regions_AreNotUsed() => SourceTree.AssertNone(
        SourceTree.CSharp.Where(f => f.Text.Contains("#region", StringComparison.Ordinal)).Select(f => f.Path));

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Utilities|DataService|Processor|Handler2?)$(?<!TokenHandler|CircuitHandler|ExceptionHandler)")]
    private static partial Regex Vague();
}
