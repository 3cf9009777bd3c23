using InvitePortal.Common;

namespace InvitePortal.Tests.Common;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("USER@EXAMPLE.ORG", "user@example.org")]
    [InlineData("Anna.Bell@School.Example", "anna.bell@SCHOOL.example")]
    public void F01_SameAddressInOtherCase_IsTheSameAccount_AndKeepsItsForm(string typed, string other)
    {
        var first = Parse(typed);

        Assert.Equal(Parse(other).Normalized, first.Normalized);
        Assert.Equal(typed[..typed.IndexOf('@', StringComparison.Ordinal)], first.Display[..first.Display.IndexOf('@', StringComparison.Ordinal)]);
    }

    [Theory]
    [InlineData("user+x@example.org", "user@example.org")]
    [InlineData("u.ser@gmail.com", "user@gmail.com")]
    public void F02_TagsAndDots_AreDifferentAccounts(string one, string other) =>
        Assert.NotEqual(Parse(other).Normalized, Parse(one).Normalized);

    [Theory]
    [InlineData("user+x@example.org", "user@example.org")]
    [InlineData("user+x+y@example.org", "user@example.org")]
    [InlineData("USER+X@example.org", "user@example.org")]
    [InlineData("+x@example.org", "+x@example.org")]
    [InlineData("user@example.org", "user@example.org")]
    public void F02_LimitKey_IsTheBaseForm(string typed, string key) => Assert.Equal(key, Parse(typed).LimitKey);

    [Theory]
    [InlineData("user@аpple.com", "xn--pple-43d.com")]
    [InlineData("user@пример.рф", "xn--e1afmkfd.xn--p1ai")]
    [InlineData("user@bücher.example", "xn--bcher-kva.example")]
    public void F04_LettersBeyondAscii_ArePunycodeWithAWarning(string typed, string domain)
    {
        var address = Parse(typed);

        Assert.Equal(domain, address.Domain);
        Assert.Equal("user@" + domain, address.Display);
        Assert.True(address.IsInternational);
        Assert.False(Parse("user@apple.com").IsInternational);
    }

    [Theory]
    [InlineData("a@b.org\r\nBcc: x@y.z")]
    [InlineData("a@b.org\nBcc: x@y.z")]
    [InlineData("a\r\n@b.org")]
    [InlineData("a@b.org\0")]
    [InlineData("a@b\r.org")]
    [InlineData("a@b.org\u2028c")]
    public void F06_LineBreaksInside_AreRefused(string typed) => Assert.False(EmailAddress.TryParse(typed, out _));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a")]
    [InlineData("@b.org")]
    [InlineData("a@")]
    [InlineData("a@b")]
    [InlineData("a@localhost")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a@127.0.0.1")]
    [InlineData("\"a b\"@example.org")]
    [InlineData("\"a\"@example.org")]
    [InlineData("a b@example.org")]
    [InlineData(".a@example.org")]
    [InlineData("a.@example.org")]
    [InlineData("a..b@example.org")]
    [InlineData("a@b@example.org")]
    [InlineData("a@-b.org")]
    [InlineData("a@b-.org")]
    [InlineData("a@b..org")]
    [InlineData("a@b.org.")]
    [InlineData("a@b_c.org")]
    [InlineData("a@b.o")]
    [InlineData("a,b@example.org")]
    [InlineData("Anna <a@example.org>")]
    [InlineData("анна@example.org")]
    [InlineData("\u017Fam@example.org")]
    [InlineData("\u212Aim@example.org")]
    public void F09_WhatIsNotAnAddress_IsRefused(string? typed) => Assert.False(EmailAddress.TryParse(typed, out _));

    [Theory]
    [InlineData(64, 20, true)]
    [InlineData(65, 20, false)]
    [InlineData(64, 189, true)]
    [InlineData(64, 190, false)]
    public void F09_Lengths_EndAt64And254(int local, int domain, bool accepted)
    {
        var labels = string.Join('.', Enumerable.Repeat("abcdefghi", 30))[..(domain - 4)].TrimEnd('.').PadRight(domain - 4, 'z') + ".org";
        var typed = new string('a', local) + "@" + labels;

        Assert.Equal(local + 1 + domain, typed.Length);
        Assert.Equal(accepted, EmailAddress.TryParse(typed, out _));
    }

    [Theory]
    [InlineData("  user@example.org")]
    [InlineData("user@example.org\t")]
    [InlineData("\u00A0user@example.org\u00A0")]
    [InlineData("\u2003user@example.org\u202F")]
    public void F10_BlanksAround_AreTrimmed(string typed) => Assert.Equal("user@example.org", Parse(typed).Display);

    [Theory]
    [InlineData("anna@domain.org", "a•••@d•••.org")]
    [InlineData("a@b.co.uk", "a•••@b•••.uk")]
    [InlineData("nonsense", "•••")]
    [InlineData("@b.org", "•••")]
    [InlineData("a.b@c", "•••")]
    public void Mask_ShowsFirstLettersOnly(string address, string masked) => Assert.Equal(masked, EmailAddress.Mask(address));

    [Fact]
    public void TryParse_AnyText_NeverThrows_AndWhatPassesIsClean()
    {
        const string Nasty = "abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789.+-_@@..\"<>(),:;[]\\ \t\r\n\0éжſKⅨß漢\u200D\u202E\uD800\uDC00%!#";
        var random = new Random(20_300_506);
        var accepted = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 24)).Select(_ => Nasty[random.Next(Nasty.Length)]));
            // Half of them look like addresses, so that enough pass.
            if (i % 2 == 0)
            {
                text = text[..(text.Length / 2)].Replace("@", "x", StringComparison.Ordinal) + "@" + text[(text.Length / 2)..] + ".org";
            }

            if (!EmailAddress.TryParse(text, out var address))
            {
                continue;
            }

            accepted++;
            Assert.All(address.Display, c => Assert.InRange(c, '!', '~'));
            Assert.InRange(address.Display.Length, 6, EmailAddress.MaxLength);
            Assert.Equal(address, Parse(address.Display));
            Assert.Equal(address.Normalized, Parse(address.Normalized).Normalized);
            Assert.Equal(1, address.Display.Count(c => c == '@'));
        }

        Assert.InRange(accepted, 500, 40_000);
    }

    private static EmailAddress Parse(string text)
    {
        Assert.True(EmailAddress.TryParse(text, out var address), text);
        return address;
    }
}
