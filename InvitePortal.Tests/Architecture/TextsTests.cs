using System.Text.RegularExpressions;
using System.Xml.Linq;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Architecture;

/// <summary>Every text in both languages, every key with a text, every text with a use.</summary>
public sealed partial class TextsTests
{
    private static readonly IReadOnlyDictionary<string, Resource> Resources = SourceTree.Files
        .Where(f => f.Path.EndsWith(".resx", StringComparison.Ordinal) && !f.Path.EndsWith(".ru.resx", StringComparison.Ordinal))
        .Select(f => new Resource(f.Path, Texts(f), Texts(SourceTree.Files.SingleOrDefault(r => r.Path == f.Path.Replace(".resx", ".ru.resx", StringComparison.Ordinal)))))
        .ToDictionary(r => r.Name);

    [Fact]
    public void Resources_AreFound()
    {
        Assert.Contains("ErrorTexts", Resources.Keys);
        Assert.True(Resources.Count >= 5);
    }

    [Fact]
    public void BothLanguages_HaveTheSameKeys() => SourceTree.AssertNone(Resources.Values.SelectMany(r =>
        r.English.Keys.Except(r.Russian.Keys).Select(k => $"{r.Path}: {k} is not in Russian")
            .Concat(r.Russian.Keys.Except(r.English.Keys).Select(k => $"{r.Path}: {k} is not in English"))));

    [Fact]
    public void NoText_IsEmpty() => SourceTree.AssertNone(Resources.Values.SelectMany(r =>
        r.English.Concat(r.Russian).Where(t => string.IsNullOrWhiteSpace(t.Value)).Select(t => $"{r.Path}: {t.Key}")));

    [Fact]
    public void NoKey_IsGivenTwice() => SourceTree.AssertNone(SourceTree.Files
        .Where(f => f.Path.EndsWith(".resx", StringComparison.Ordinal))
        .SelectMany(f => Data(f).GroupBy(d => (string)d.Attribute("name")!).Where(g => g.Count() > 1).Select(g => $"{f.Path}: {g.Key}")));

    [Fact]
    public void BothLanguages_HaveTheSamePlaceholders() => SourceTree.AssertNone(Resources.Values.SelectMany(r => r.English
        .Where(t => r.Russian.TryGetValue(t.Key, out var russian) && !Placeholders(t.Value).SetEquals(Placeholders(russian)))
        .Select(t => $"{r.Path}: {t.Key}: \"{t.Value}\" and \"{r.Russian[t.Key]}\"")));

    [Fact]
    public void RussianTexts_AreRussian_AndInTheHouseTone() => SourceTree.AssertNone(Resources.Values.SelectMany(r => r.Russian
        // The results of links are written as they were ordered.
        .Where(t => !(r.Name is "LinksTexts" && t.Key.StartsWith("result.", StringComparison.Ordinal)))
        .Where(t => t.Value.Contains('!', StringComparison.Ordinal) || t.Value.Contains("ожалуйста", StringComparison.Ordinal)
            || (t.Value.Any(char.IsAsciiLetterLower) && !t.Value.Any(c => c is >= 'А' and <= 'я') && r.English.TryGetValue(t.Key, out var english) && english == t.Value && english.Contains(' ', StringComparison.Ordinal)))
        .Select(t => $"{r.Path}: {t.Key}: {t.Value}")));

    [Fact]
    public void Keys_AreWrittenAlike() => SourceTree.AssertNone(Resources.Values.SelectMany(r => r.English.Keys.Where(k => !KeyShape().IsMatch(k)).Select(k => $"{r.Path}: {k}")));

    [Fact]
    public void EveryErrorCode_HasAText()
    {
        var texts = Resources["ErrorTexts"].English;
        var codes = SourceTree.CSharp.SelectMany(f => ErrorCode().Matches(f.Text).Select(m => (Code: m.Groups[2].Value, f.Path))).ToList();

        Assert.True(codes.Count > 30);
        SourceTree.AssertNone(codes.Where(c => !texts.ContainsKey(c.Code)).Select(c => $"{c.Path}: {c.Code} has no text"));
    }

    [Fact]
    public void EveryErrorText_HasAUse()
    {
        var source = string.Concat(SourceTree.CSharp.Select(f => f.Text));

        SourceTree.AssertNone(Resources["ErrorTexts"].English.Keys.Where(k => !source.Contains($"\"{k}\"", StringComparison.Ordinal)).Select(k => $"{k} is never raised"));
    }

    [Fact]
    public void AnErrorCode_MeansOneThing() => SourceTree.AssertNone(SourceTree.CSharp
        .SelectMany(f => ErrorCode().Matches(f.Text).Select(m => (Kind: m.Groups[1].Value, Code: m.Groups[2].Value, f.Path)))
        .GroupBy(e => e.Code)
        .Where(g => g.Count() > 1)
        .Select(g => $"{g.Key} is made {g.Count()} times: {string.Join(", ", g.Select(e => $"{e.Kind} in {e.Path}"))}"));

    [Fact]
    public void EveryKeyThatIsUsed_HasAText() => SourceTree.AssertNone(Uses().Where(u => u.Resource is not null && !u.Matches(u.Resource)).Select(u => $"{u.Path}: {u.Variable}[\"{u.Key}\"] is not in {u.Resource!.Path}"));

    [Fact]
    public void EveryUse_IsOfAKnownResource()
    {
        var uses = Uses().ToList();

        Assert.True(uses.Count > 200);
        SourceTree.AssertNone(uses.Where(u => u.Resource is null).Select(u => $"{u.Path}: whose texts are {u.Variable}[\"{u.Key}\"]?"));
    }

    [Fact]
    public void EveryText_HasAUse()
    {
        var uses = Uses().Where(u => u.Resource is not null).ToLookup(u => u.Resource!.Name);
        var literals = SourceTree.CSharp.Concat(SourceTree.Razor).SelectMany(f => Literal().Matches(f.Text).Select(m => m.Groups[1].Value)).ToHashSet();

        var beginnings = SourceTree.CSharp.Concat(SourceTree.Razor).SelectMany(f => Beginning().Matches(f.Text).Select(m => m.Groups[1].Value))
            .Concat(literals.Where(l => l.EndsWith('.')))
            .ToHashSet();

        // A key may also be handed over as a value: a menu entry's text, the words of a sort.
        SourceTree.AssertNone(Resources.Values.Where(r => r.Name != "ErrorTexts").SelectMany(r => r.English.Keys
            .Where(k => !literals.Contains(k) && !uses[r.Name].Any(u => u.Open && k.StartsWith(u.Key, StringComparison.Ordinal)))
            .Where(k => !beginnings.Any(b => k.StartsWith(b, StringComparison.Ordinal)))
            // The forms of a plural: few, many, one.
            .Where(k => !literals.Contains(k[..Math.Max(0, k.LastIndexOf('.'))]))
            .Select(k => $"{r.Path}: {k} is never shown")));
    }

    /// <summary>Every <c>T["key"]</c> and <c>T[$"key.{x}"]</c>, with the resource that the variable stands for there.</summary>
    private static IEnumerable<Use> Uses()
    {
        foreach (var file in SourceTree.CSharp.Concat(SourceTree.Razor))
        {
            var variables = Variables(file);
            foreach (Match match in Indexer().Matches(file.Text))
            {
                var name = match.Groups["variable"].Value;
                var key = match.Groups["key"].Value;
                if (!variables.TryGetValue(name, out var resource) && !LooksLikeTexts().IsMatch(name))
                {
                    continue;
                }

                var interpolated = match.Groups["dollar"].Length > 0 && key.Contains('{', StringComparison.Ordinal);
                var open = interpolated || match.Groups["plus"].Length > 0;
                yield return new Use(file.Path, name, interpolated ? key[..key.IndexOf('{', StringComparison.Ordinal)] : key, open, Resources.GetValueOrDefault(resource ?? ""));
            }
        }
    }

    private static Dictionary<string, string> Variables(SourceFile file)
    {
        var sources = new List<string>();
        var component = file.Path.EndsWith(".razor.cs", StringComparison.Ordinal) ? file.Path[..^3] : file.Path;
        if (component.EndsWith(".razor", StringComparison.Ordinal))
        {
            for (var folder = component; folder.Length > 0;)
            {
                folder = folder.Contains('/', StringComparison.Ordinal) ? folder[..folder.LastIndexOf('/')] : "";
                sources.Insert(0, SourceTree.Files.FirstOrDefault(f => f.Path == (folder.Length > 0 ? folder + "/" : "") + "_Imports.razor")?.Text ?? "");
            }

            sources.Add(SourceTree.Files.FirstOrDefault(f => f.Path == component)?.Text ?? "");
        }

        sources.Add(file.Text);
        var variables = new Dictionary<string, string>();
        foreach (Match match in sources.SelectMany(s => Localizer().Matches(s)))
        {
            variables[match.Groups[2].Value] = match.Groups[1].Value;
        }

        return variables;
    }

    private static Dictionary<string, string> Texts(SourceFile? file) =>
        file is null ? [] : Data(file).GroupBy(d => (string)d.Attribute("name")!).ToDictionary(g => g.Key, g => (string?)g.First().Element("value") ?? "");

    private static IEnumerable<XElement> Data(SourceFile file) => XDocument.Parse(file.Text).Root!.Elements("data");

    private static HashSet<string> Placeholders(string text) => [.. Placeholder().Matches(text).Select(m => m.Groups[1].Value)];

    private sealed record Resource(string Path, Dictionary<string, string> English, Dictionary<string, string> Russian)
    {
        public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);
    }

    private sealed record Use(string Path, string Variable, string Key, bool Open, Resource? Resource)
    {
        public bool Matches(Resource resource) => Open
            ? resource.English.Keys.Any(k => k.StartsWith(Key, StringComparison.Ordinal))
            : resource.English.ContainsKey(Key);
    }

    [GeneratedRegex(@"ErrorKind\.(\w+),\s*""([a-z_.]+)""")]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"\{(\d+)")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\b(?<variable>[A-Za-z_]\w*)\[(?<dollar>\$?)""(?<key>[A-Za-z][^""\s]*)""(?<plus>\s*\+)?")]
    private static partial Regex Indexer();

    [GeneratedRegex(@"IStringLocalizer<(\w+)>\s+(\w+)")]
    private static partial Regex Localizer();

    [GeneratedRegex("^(T|Words|[Tt]exts|_texts|_words)$")]
    private static partial Regex LooksLikeTexts();

    [GeneratedRegex(@"""([a-z][a-zA-Z0-9_.-]*)""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\$""([a-z][a-zA-Z0-9_-]*\.[a-zA-Z0-9_.-]*)\{")]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^[a-z][a-z0-9_-]*(\.[A-Za-z0-9_-]+)*\z")]
    private static partial Regex KeyShape();
}
