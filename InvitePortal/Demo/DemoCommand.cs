using System.Diagnostics;
using System.Globalization;
using InvitePortal.Data;

namespace InvitePortal.Demo;

/// <summary><c>InvitePortal demo --users 1000000 --invitations 100000</c>: fills the configured database instead of starting the portal.</summary>
public static class DemoCommand
{
    private const int MostUsers = 10_000_000;
    private const string Usage = "Usage: demo --users N [--invitations N]   (N from 1 to 10000000; a tenth of the users are invited unless told)";

    /// <summary>Whether the command line asks for it.</summary>
    public static bool IsAskedBy(string[] args) => args is ["demo", ..];

    /// <summary>Does it, and tells how far it is.</summary>
    /// <returns>The exit code: 1 when it was refused, which is said on <paramref name="errors"/>.</returns>
    public static async Task<int> RunAsync(IServiceProvider services, string[] args, TextWriter output, TextWriter errors)
    {
        var environment = services.GetRequiredService<IHostEnvironment>();
        var refusal = environment.IsDevelopment()
            ? Read(args[1..], out var users, out var invitations)
            : Refused(environment.EnvironmentName, out users, out invitations);
        if (refusal is null)
        {
            var watch = Stopwatch.StartNew();
            refusal = await FillAsync(services.GetRequiredService<DemoFill>(), users, invitations, new Lines(output));
            if (refusal is null)
            {
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"Added {users:N0} people and {invitations:N0} invitations in {watch.Elapsed.TotalSeconds:F0} s. Sign in as {DemoData.Inviters[0]} with {DemoData.Password}."));
                return 0;
            }
        }

        await errors.WriteLineAsync($"The database was not filled. {refusal}");
        return 1;
    }

    private static async Task<string?> FillAsync(DemoFill fill, int users, int invitations, IProgress<string> tell)
    {
        try
        {
            return await fill.RunAsync(users, invitations, tell, CancellationToken.None);
        }
        catch (Exception e) when (DbErrors.IsUnavailable(e))
        {
            return $"The database cannot be reached, or did not answer in time: {e.GetBaseException().Message}";
        }
    }

    private static string Refused(string environment, out int users, out int invitations)
    {
        users = invitations = 0;
        return $"Demo people have accounts with a published password and are refused outside Development; the environment is {environment}.";
    }

    private static string? Read(string[] args, out int users, out int invitations)
    {
        users = invitations = 0;
        int? wanted = null, invited = null;
        for (var i = 0; i < args.Length; i++)
        {
            // Settings on the command line, such as --ConnectionStrings:Portal=…, have been read as such.
            if (args[i].StartsWith("--", StringComparison.Ordinal) && args[i].Contains(':', StringComparison.Ordinal) && args[i].Contains('=', StringComparison.Ordinal))
            {
                continue;
            }

            var (name, value) = args[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (args[i][..at], args[i][(at + 1)..]) : (args[i], i + 1 < args.Length ? args[++i] : "");
            if (name is not ("--users" or "--invitations"))
            {
                return $"There is no option {name}. {Usage}";
            }

            var least = name == "--users" ? 1 : 0;
            if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > MostUsers)
            {
                return $"{name} needs a whole number from {least} to {MostUsers}, not '{value}'. {Usage}";
            }

            wanted = name == "--users" ? number : wanted;
            invited = name == "--invitations" ? number : invited;
        }

        if (wanted is null)
        {
            return $"--users is missing. {Usage}";
        }

        users = wanted.Value;
        invitations = invited ?? users / 10;
        return invitations <= users ? null : $"--invitations may not be more than --users ({users}): each goes to another person. {Usage}";
    }

    private sealed class Lines(TextWriter output) : IProgress<string>
    {
        public void Report(string value) => output.WriteLine(value);
    }
}
