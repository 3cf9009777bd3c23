using InvitePortal.Shell;

namespace InvitePortal.Tests.Shell;

public sealed class PluralsTests
{
    [Theory]
    [InlineData("one", 1, 21, 101, 1001, 131)]
    [InlineData("few", 2, 3, 4, 22, 104, 1234)]
    [InlineData("many", 0, 5, 11, 12, 13, 14, 19, 20, 111, 112, 214, 1000)]
    public void Form_Russian_FollowsTheLastDigits(string expected, params int[] numbers) =>
        Assert.All(numbers, n => Assert.Equal(expected, Plurals.Form("ru", n)));

    [Theory]
    [InlineData("one", 1)]
    [InlineData("many", 0, 2, 21, 101)]
    public void Form_English_KnowsOneAndMany(string expected, params int[] numbers) =>
        Assert.All(numbers, n => Assert.Equal(expected, Plurals.Form("en", n)));
}
