namespace InvitePortal.Tests.Support;

/// <summary>The source that is under test.</summary>
public static class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>The folder of the portal's own project.</summary>
    public static string Portal => Path.Combine(Root, "InvitePortal");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "InvitePortal.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests read the source, and run inside its folder.");
    }
}
