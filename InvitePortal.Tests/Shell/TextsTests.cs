using System.Globalization;
using System.Resources;
using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Shell.Layout;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Tests.Shell;

public sealed class TextsTests
{
    private static readonly ResourceManager Texts = new("InvitePortal.Shell.ShellTexts", typeof(ShellTexts).Assembly);

    [Fact]
    public void Keys_InBothLanguages_AreTheSame() => Assert.Equal(Keys("en"), Keys("ru"));

    [Fact]
    public void EnumValues_InBothLanguages_HaveAWord()
    {
        var keys = Keys("ru");

        Assert.All(Enum.GetNames<Role>(), r => Assert.Contains("role." + r, keys));
        Assert.All(Enum.GetNames<PersonStatus>(), s => Assert.Contains("status." + s, keys));
    }

    [Fact]
    public void Menu_Entries_HaveTextsAndIcons()
    {
        var keys = Keys("en");

        Assert.All(Enum.GetValues<Role>().SelectMany(r => Menu.For(r, development: true)), entry =>
        {
            Assert.Contains(entry.Text, keys);
            Assert.Contains(entry.Icon, Icons.Names);
        });
    }

    [Fact]
    public void Menu_OutsideDevelopment_HidesTheMailbox()
    {
        Assert.DoesNotContain(Menu.For(Role.SuperAdmin, development: false), e => e.Href == "/dev/mailbox");
        Assert.Contains(Menu.For(Role.SuperAdmin, development: true), e => e.Href == "/dev/mailbox");
    }

    [Theory]
    [InlineData("/users", "/users", true)]
    [InlineData("/users", "/users/42", true)]
    [InlineData("/users", "/usersearch", false)]
    [InlineData("/", "/users", false)]
    public void Covers_Path_IsTheEntryOrBelowIt(string href, string path, bool expected) =>
        Assert.Equal(expected, new MenuEntry(href, "home", "menu.home").Covers(path));

    private static SortedSet<string> Keys(string language)
    {
        // English is the neutral language: its texts lie in the assembly itself.
        var culture = language is "en" ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(language);
        var set = Texts.GetResourceSet(culture, createIfNotExists: true, tryParents: false);
        Assert.NotNull(set);
        return new SortedSet<string>(set.Cast<System.Collections.DictionaryEntry>().Select(e => (string)e.Key), StringComparer.Ordinal);
    }
}
