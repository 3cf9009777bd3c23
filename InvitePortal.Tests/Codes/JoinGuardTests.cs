using System.Diagnostics.Metrics;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.Extensions.Logging;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes;

public sealed class JoinGuardTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task WrongCodes_5PerNetworkIn15Minutes_ThenHeldBack_EvenIfRight(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var guesser = await host.AddPersonAsync(Role.Student);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("code_invalid", (await host.PreviewAsync(guesser.Actor, Wrong(i))).Error?.Code);
        }

        var held = (await host.PreviewAsync(guesser.Actor, code.Code)).Error;
        Assert.Equal(("code.too_many_guesses", ErrorKind.TooMany), (held?.Code, held?.Kind));
        Assert.InRange(held!.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15));
        Assert.Equal(0, (await host.ReadAsync(code.Id)).Uses);

        host.Clock.Advance(TimeSpan.FromMinutes(15));
        Good(await host.JoinAsync(guesser.Actor, code.Code));
    }

    [Fact]
    public async Task WrongCodes_50AtOnce_AreCountedBeforeTheNextIsLookedAt()
    {
        await using var host = await ServiceHost.CreateAsync();
        var guesser = await host.AddPersonAsync(Role.Student);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => host.PreviewAsync(guesser.Actor, Wrong(i)))));

        Assert.Equal(5, answers.Count(a => a.Error?.Code == "code_invalid"));
        Assert.Equal(45, answers.Count(a => a.Error?.Code == "code.too_many_guesses"));
    }

    [Fact]
    public async Task WrongCodes_10PerDayOfOneAccount_FromWhateverNetwork()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var guesser = await host.AddPersonAsync(Role.Student);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("code_invalid", (await host.PreviewAsync(guesser.Actor with { Address = $"198.51.100.{i}" }, Wrong(i))).Error?.Code);
        }

        var held = (await host.JoinAsync(guesser.Actor with { Address = "198.51.100.99" }, code.Code)).Error;
        Assert.Equal("code.too_many_guesses", held?.Code);
        Assert.True(held!.RetryAfter > TimeSpan.FromHours(1));
        host.Clock.Advance(TimeSpan.FromDays(1));
        Good(await host.JoinAsync((await host.Services.OpenSessionAsync(guesser.Id)).Actor, code.Code));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AClassOf35BehindOneAddress_Joins_WhileWrongGuessesFromThereAreHeldBack(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var group = await host.GroupAsync(teacher);
        var pupils = await host.StudentsAsync(35, "203.0.113.7");
        var guessers = await host.StudentsAsync(4, "203.0.113.7");
        var guesses = new List<string?>();
        for (var i = 0; i < 20; i++)
        {
            guesses.Add((await host.PreviewAsync(guessers[i % 4], Wrong(i))).Error?.Code);
        }

        var results = await Task.WhenAll(pupils.Select((pupil, i) => Task.Run(async () =>
        {
            // Every third one mistypes first.
            if (i % 3 == 0)
            {
                Assert.False((await host.PreviewAsync(pupil, Wrong(100 + i))).Succeeded);
            }

            return (await host.PreviewAsync(pupil, group.Code)).Succeeded ? await host.JoinAsync(pupil, group.Code) : CodeErrors.Unusable;
        })));

        Assert.Equal(5, guesses.Count(g => g == "code_invalid"));
        Assert.Equal(15, guesses.Count(g => g == "code.too_many_guesses"));
        Assert.Equal(35, results.Count(r => r.Succeeded));
        Assert.Equal("code.too_many_guesses", (await host.PreviewAsync(guessers[0], Wrong(50))).Error?.Code);
    }

    [Fact]
    public async Task WhoeverHasMistypedOften_JoinsAllTheSameOnceAClassRuns()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var group = await host.GroupAsync(teacher);
        var clumsy = await host.AddPersonAsync(Role.Student);
        for (var i = 0; i < 5; i++)
        {
            await host.PreviewAsync(clumsy.Actor, Wrong(i));
        }

        Assert.Equal("code.too_many_guesses", (await host.PreviewAsync(clumsy.Actor, group.Code)).Error?.Code);
        foreach (var pupil in await host.StudentsAsync(3))
        {
            Good(await host.JoinAsync(pupil, group.Code));
        }

        Good(await host.JoinAsync(clumsy.Actor, group.Code));
        Assert.Equal("code.too_many_guesses", (await host.PreviewAsync(clumsy.Actor, Wrong(9))).Error?.Code);
    }

    [Fact]
    public async Task WrongCodes_BeyondTheHourOfTheWholePortal_RaiseOneAlarm()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:JoinMissesPerHour"] = "8" });
        var alarms = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "codes.alarms")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref alarms, value));
        listener.Start();
        var guessers = await host.StudentsAsync(12);

        foreach (var (guesser, i) in guessers.Select((g, i) => (g, i)))
        {
            await host.PreviewAsync(guesser with { Address = $"198.51.100.{i}" }, Wrong(i));
        }

        Assert.Equal(4, alarms);
        Assert.Single(host.Logs.Lines, e => e.Level == LogLevel.Error && e.Message.Contains("guessing codes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RightCodes_WriteNoCounters()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var group = await host.GroupAsync(teacher);
        foreach (var pupil in await host.StudentsAsync(5))
        {
            Good(await host.PreviewAsync(pupil, group.Code));
            Good(await host.PreviewAsync(pupil, group.Code));
        }

        await using var db = host.Open();
        Assert.DoesNotContain(db.RateCounters.Select(c => c.Key), k => k.StartsWith("join-", StringComparison.Ordinal));
    }
}
