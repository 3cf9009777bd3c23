using InvitePortal.Common;

namespace InvitePortal.Tests.Common;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("Émile  ZOLA", "emile zola")]
    [InlineData("Алёна Йод", "алена йод")]
    [InlineData("Ўлжан Їжак", "ўлжан їжак")]
    [InlineData("  Ana\u00a0María ", "ana maria")]
    [InlineData("50%_off [x]'\"", "50%_off [x]'\"")]
    [InlineData("李 小龙", "李 小龙")]
    public void Fold_Text_IsComparable(string text, string folded) => Assert.Equal(folded, SearchText.Fold(text));

    [Fact]
    public void Of_NameAndAddress_HasABlankBeforeEveryWord() => Assert.Equal(" анна петрова anna@example.org", SearchText.Of("Анна Петрова", "anna@example.org"));

    [Fact]
    public void Of_LongestName_FitsIntoItsColumn()
    {
        var longest = SearchText.Of(new string('ﷺ', FieldLengths.Name), new string('a', FieldLengths.Email));
        Assert.InRange(longest.Length, 1, SearchText.MaxLength);
    }
}
