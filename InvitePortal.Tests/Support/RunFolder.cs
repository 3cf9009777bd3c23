using System.Globalization;

namespace InvitePortal.Tests.Support;

/// <summary>One temporary folder for each run of the tests. Folders of runs that were killed are cleared by the next run.</summary>
internal static class RunFolder
{
    private const string Prefix = "inviteportal-tests-";

    private static readonly Lazy<string> Folder = new(Create);

    public static string Path => Folder.Value;

    /// <summary>A path in the folder that no other call returns.</summary>
    public static string NewPath(string suffix) => System.IO.Path.Combine(Path, Guid.NewGuid().ToString("N")[..12] + suffix);

    private static string Create()
    {
        foreach (var old in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            var id = System.IO.Path.GetFileName(old)[Prefix.Length..];
            if (int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}"))
            {
                Remove(old);
            }
        }

        var folder = Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetTempPath(), Prefix + Environment.ProcessId)).FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(folder);
        return folder;
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Still in use, or somebody else's: the next run tries again.
        }
    }
}
