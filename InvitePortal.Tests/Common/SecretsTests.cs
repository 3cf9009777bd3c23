using System.Buffers.Text;
using InvitePortal.Common;

namespace InvitePortal.Tests.Common;

public sealed class SecretsTests
{
    [Fact]
    public void A03_HundredThousandSecrets_ShowNoRepeatBiasOrStructure()
    {
        const int Count = 100_000;
        var seen = new HashSet<string>(Count, StringComparer.Ordinal);
        var values = new long[32][];
        for (var position = 0; position < 32; position++)
        {
            values[position] = new long[256];
        }

        for (var i = 0; i < Count; i++)
        {
            var secret = Secrets.New();
            Assert.True(seen.Add(secret));
            var bytes = Base64Url.DecodeFromChars(secret);
            Assert.Equal(32, bytes.Length);
            for (var position = 0; position < 32; position++)
            {
                values[position][bytes[position]]++;
            }
        }

        // Chi square with 255 degrees of freedom: mean 255, standard deviation 22.6. Beyond 7 deviations is no chance
        // (a version digit of a GUID, a time or a counter gives tens of thousands).
        const double Expected = Count / 256.0;
        for (var position = 0; position < 32; position++)
        {
            var chiSquare = values[position].Sum(n => (n - Expected) * (n - Expected) / Expected);
            Assert.InRange(chiSquare, 97, 413);
        }
    }

    [Fact]
    public void A03_NeighbouringSecrets_AreUnrelated()
    {
        // Each pair of secrets should differ in about 128 of 256 bits, whatever was made just before.
        var previous = Base64Url.DecodeFromChars(Secrets.New());
        var total = 0L;
        const int Count = 20_000;
        for (var i = 0; i < Count; i++)
        {
            var next = Base64Url.DecodeFromChars(Secrets.New());
            total += previous.Zip(next, (a, b) => (long)int.PopCount(a ^ b)).Sum();
            previous = next;
        }

        Assert.InRange(total / (double)Count, 127.5, 128.5);
    }

    [Fact]
    public void A03_Digits_AreUniform()
    {
        const int Count = 100_000;
        var values = new long[6, 10];
        for (var i = 0; i < Count; i++)
        {
            var code = Secrets.NewDigits(6);
            Assert.Equal(6, code.Length);
            for (var position = 0; position < 6; position++)
            {
                values[position, code[position] - '0']++;
            }
        }

        for (var position = 0; position < 6; position++)
        {
            for (var digit = 0; digit < 10; digit++)
            {
                // Expected 10,000, standard deviation 95.
                Assert.InRange(values[position, digit], 9_330, 10_670);
            }
        }
    }

    [Fact]
    public void Hash_IsSha256OfTheText_AndTellsSecretsApart()
    {
        var secret = Secrets.New();

        Assert.Equal(32, Secrets.Hash(secret).Length);
        Assert.Equal(Secrets.Hash(secret), Secrets.Hash(secret));
        Assert.NotEqual(Secrets.Hash(secret), Secrets.Hash(Secrets.New()));
        Assert.Equal("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", Convert.ToHexString(Secrets.Hash("abc")));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAЖAAAAAAAAAAAAAAAAAAAA", false)]
    public void HasShape_OnlyWhatNewMakes(string? text, bool expected) => Assert.Equal(expected, Secrets.HasShape(text));

    [Fact]
    public void HasShape_EveryNewSecret() => Assert.All(Enumerable.Range(0, 1_000), _ => Assert.True(Secrets.HasShape(Secrets.New())));
}
