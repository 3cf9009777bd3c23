using Bogus;
using Bogus.DataSets;
using InvitePortal.Common;

namespace InvitePortal.Demo;

/// <summary>Names and addresses of a crowd: a few hundred parts, drawn once and put together anew for each person. Asking Bogus a million times takes minutes.</summary>
internal sealed class DemoNames
{
    private const int Draws = 1_500;

    // example.com and its kin are reserved: nothing that goes there by accident reaches anybody (RFC 2606).
    private static readonly string[] Domains = ["example.com", "example.org", "example.net", "school.example", "agency.example", "mail.example"];

    // One for each letter from а to я.
    private static readonly string[] Latin =
    [
        "a", "b", "v", "g", "d", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "sch", "", "y", "", "e", "yu", "ya",
    ];

    private readonly (string Name, string Address)[][] _first;
    private readonly (string Name, string Address)[][] _last;

    public DemoNames(int seed)
    {
        var pools = new[] { (Languages.English, Name.Gender.Female), (Languages.English, Name.Gender.Male), (Languages.Russian, Name.Gender.Female), (Languages.Russian, Name.Gender.Male) }
            .Select(p => (Faker: new Faker(p.Item1) { Random = new Randomizer(seed) }, Gender: p.Item2)).ToList();
        _first = [.. pools.Select(p => Draw(() => p.Faker.Name.FirstName(p.Gender)))];
        _last = [.. pools.Select(p => Draw(() => p.Faker.Name.LastName(p.Gender)))];
    }

    /// <summary>Whether an address is of a domain that only made-up people have.</summary>
    public static bool IsMadeUp(string normalizedEmail) =>
        normalizedEmail.EndsWith(".example", StringComparison.Ordinal) || Domains.Any(d => normalizedEmail.EndsWith("@" + d, StringComparison.Ordinal));

    /// <summary>A name, and an address of its own for each <paramref name="number"/>.</summary>
    public (string Name, EmailAddress Address) Person(ref Dice dice, string language, int number)
    {
        var pool = (language == Languages.Russian ? 2 : 0) + dice.Below(2);
        var (first, last) = (Pick(_first[pool], ref dice), Pick(_last[pool], ref dice));
        var local = dice.Below(3) switch
        {
            0 => $"{first.Address}.{last.Address}{number}",
            1 => $"{first.Address[..1]}.{last.Address}.{number}",
            _ => $"{last.Address}{number}",
        };
        return EmailAddress.TryParse($"{local}@{Domains[dice.Below(Domains.Length)]}", out var address)
            ? ($"{first.Name} {last.Name}", address)
            : throw new InvalidOperationException($"{local} is no address.");
    }

    // The front of a pool more often than its end: some names are common.
    private static (string Name, string Address) Pick((string Name, string Address)[] pool, ref Dice dice) => pool[(int)(pool.Length * Math.Pow(dice.Share(), 1.6))];

    private static (string Name, string Address)[] Draw(Func<string> name) =>
        [.. Enumerable.Range(0, Draws).Select(_ => name()).Distinct().Select(n => (n, Transliterate(n))).Where(n => n.Item2.Length > 1)];

    private static string Transliterate(string name) => string.Concat(SearchText.Fold(name).Select(c => c switch
    {
        >= 'а' and <= 'я' => Latin[c - 'а'],
        >= 'a' and <= 'z' => c.ToString(),
        _ => "",
    }));
}

/// <summary>Random numbers that follow from a seed alone, so that a person can be made twice without being kept.</summary>
internal struct Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits, by SplitMix64.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 up to, and without, <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>From 0 up to, and without, 1.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>One of several, as often as its weight says; the weights are parts of 1,000 and the first takes the rest.</summary>
    public T Weighted<T>(ReadOnlySpan<(T Value, int Weight)> values)
    {
        var left = Below(1_000);
        foreach (var (value, weight) in values[1..])
        {
            if ((left -= weight) < 0)
            {
                return value;
            }
        }

        return values[0].Value;
    }

    /// <summary>An id that sorts by time.</summary>
    public Guid Id(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(at).TryWriteBytes(bytes, bigEndian: true, out _);
        var (high, low) = (Next(), Next());
        // Version and variant stay as they are (RFC 9562).
        bytes[6] = (byte)(0x70 | (high & 0x0F));
        bytes[7] = (byte)(high >> 8);
        bytes[8] = (byte)(0x80 | (low & 0x3F));
        for (var i = 9; i < 16; i++)
        {
            bytes[i] = (byte)(low >> (8 * (i - 8)));
        }

        return new Guid(bytes, bigEndian: true);
    }
}
