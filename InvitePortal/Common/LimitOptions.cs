namespace InvitePortal.Common;

/// <summary>Every limit that guards the portal, section <c>Limits</c>. Durations are <c>hh:mm:ss</c> or <c>d.hh:mm:ss</c>.</summary>
public sealed class LimitOptions
{
    public const string Section = "Limits";

    // One-time codes
    public TimeSpan CodeLifetime { get; set; } = TimeSpan.FromMinutes(10);
    public int CodeAttempts { get; set; } = 5;
    public TimeSpan CodeResendAfter { get; set; } = TimeSpan.FromSeconds(60);
    public int CodesPerTargetPerHour { get; set; } = 5;
    public int CodesPerTargetPerDay { get; set; } = 10;
    public int CodeFailuresPerHour { get; set; } = 10;
    public int CodeFailuresPerDay { get; set; } = 30;
    public int CodeFailuresInARow { get; set; } = 100;

    // Passwords and sessions
    public int PasswordMinLength { get; set; } = 12;
    public int PasswordMaxLength { get; set; } = 256;
    public int PasswordSignInsPerAddressPerMinute { get; set; } = 10;
    /// <summary>Codes and reset links asked for from one network address; a class behind one address asks together.</summary>
    public int CodeRequestsPerAddressPerMinute { get; set; } = 60;
    public int PasswordFailuresPerAccount { get; set; } = 10;
    public TimeSpan PasswordFailureWindow { get; set; } = TimeSpan.FromMinutes(15);
    /// <summary>Failed sign-ins of the whole portal within an hour, from which on the log raises an alarm.</summary>
    public int SignInFailuresPerHour { get; set; } = 1_000;
    /// <summary>Work factor of bcrypt: each one more doubles the time of a hash.</summary>
    public int PasswordWorkFactor { get; set; } = 12;
    public int ConcurrentHashes { get; set; } = 2;
    public int QueuedHashes { get; set; } = 20;
    public TimeSpan ResetLinkLifetime { get; set; } = TimeSpan.FromHours(1);
    public TimeSpan SignInLinkLifetime { get; set; } = TimeSpan.FromHours(1);
    /// <summary>How old what a Mini App hands over may be.</summary>
    public TimeSpan TelegramDataLifetime { get; set; } = TimeSpan.FromMinutes(5);
    public TimeSpan SessionIdle { get; set; } = TimeSpan.FromHours(24);
    public TimeSpan SessionRemembered { get; set; } = TimeSpan.FromDays(30);
    public TimeSpan AdminSessionIdle { get; set; } = TimeSpan.FromMinutes(30);
    public TimeSpan AdminSessionAbsolute { get; set; } = TimeSpan.FromHours(8);
    /// <summary>How long a sign-in or confirmation counts as a fresh proof of who somebody is; changes of roles, states and secrets ask for one.</summary>
    public TimeSpan FreshProof { get; set; } = TimeSpan.FromMinutes(10);
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    // Invitations
    public TimeSpan InvitationLifetime { get; set; } = TimeSpan.FromDays(7);
    public TimeSpan InvitationLifetimeMin { get; set; } = TimeSpan.FromHours(1);
    public TimeSpan InvitationLifetimeMax { get; set; } = TimeSpan.FromDays(30);
    public int AddressesPerBatch { get; set; } = 10_000;
    public int AdminSendsPerDay { get; set; } = 20_000;
    public int InvitationsPerTargetPerDay { get; set; } = 3;
    public int ResendsPerInvitation { get; set; } = 5;
    public TimeSpan RenewalInterval { get; set; } = TimeSpan.FromHours(1);
    public int TokenMissesPerAddress { get; set; } = 20;
    public TimeSpan TokenMissWindow { get; set; } = TimeSpan.FromMinutes(10);

    // Imports
    /// <summary>Largest file, in bytes.</summary>
    public int ImportBytes { get; set; } = 5 * 1024 * 1024;
    public int ImportRows { get; set; } = 10_000;
    /// <summary>Files that one person may hand in within a day.</summary>
    public int ImportsPerDay { get; set; } = 100;
    /// <summary>How long an import is kept after it was last worked at; then its rows go, and with them the way to undo it.</summary>
    public TimeSpan ImportKept { get; set; } = TimeSpan.FromDays(7);

    // Codes of teachers, and joining by them
    public int CodesPerBatch { get; set; } = 500;
    public int CodesPerTeacherPerDay { get; set; } = 20_000;
    public int CodeUsesMax { get; set; } = 100_000;
    /// <summary>Wrong codes from one network in <see cref="JoinMissWindow"/>.</summary>
    public int JoinMissesPerAddress { get; set; } = 5;
    public TimeSpan JoinMissWindow { get; set; } = TimeSpan.FromMinutes(15);
    /// <summary>Wrong codes that one person still has in a network which is held back: enough to mistype, too few to guess.</summary>
    public int JoinMissesWhenHeld { get; set; } = 2;
    /// <summary>Right codes from one network in the window that make a class of it: then only those who guess are held back.</summary>
    public int JoinsOfAClass { get; set; } = 3;
    public int JoinMissesPerAccountPerDay { get; set; } = 10;
    /// <summary>Wrong codes on the whole portal, from which on it raises an alarm.</summary>
    public int JoinMissesPerHour { get; set; } = 200;
    public int CodeSendsPerTeacherPerDay { get; set; } = 300;
    public int CodeSendsPerTargetPerDay { get; set; } = 3;

    // Requests, circuits, sizes
    public double AnonymousRequestsPerSecond { get; set; } = 5;
    public int AnonymousBurst { get; set; } = 50;
    public int TokenRequestsPerSecond { get; set; } = 100;
    public int CircuitsPerAddress { get; set; } = 50;
    public int CircuitsPerPerson { get; set; } = 10;
    public int CircuitsInAll { get; set; } = 5_000;
    /// <summary>One message over a circuit: 10,000 pasted addresses of 40 characters, escaped twice on their way, fit into 512 KB.</summary>
    public int CircuitMessageBytes { get; set; } = 512 * 1024;
    public int JsonBytes { get; set; } = 64 * 1024;
    public int BulkJsonBytes { get; set; } = 5 * 1024 * 1024;

    // Pictures of people
    public int AvatarBytes { get; set; } = 2 * 1024 * 1024;
    /// <summary>Width and height at most.</summary>
    public int AvatarPixels { get; set; } = 4_096;
    public int AvatarChangesPerHour { get; set; } = 20;

    // Outbox
    public int OutboxClaim { get; set; } = 20;
    public int OutboxParallel { get; set; } = 4;
    public TimeSpan OutboxLease { get; set; } = TimeSpan.FromMinutes(2);
    public TimeSpan OutboxPoll { get; set; } = TimeSpan.FromSeconds(1);
    public TimeSpan OutboxGiveUp { get; set; } = TimeSpan.FromHours(72);
    /// <summary>Templates that one administrator may mail to themselves.</summary>
    public int TemplateTestsPerHour { get; set; } = 30;
    public TimeSpan SmtpConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);
    public TimeSpan SmtpCommandTimeout { get; set; } = TimeSpan.FromSeconds(60);
    public TimeSpan SmtpSendTimeout { get; set; } = TimeSpan.FromMinutes(5);
    /// <summary>Providers of text messages and chats: opening a connection, and one exchange.</summary>
    public TimeSpan ProviderConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);
    public TimeSpan ProviderTimeout { get; set; } = TimeSpan.FromSeconds(30);
    /// <summary>Test messages that one administrator may send in an hour.</summary>
    public int ChannelTestsPerHour { get; set; } = 20;

    // Webhooks
    public int WebhookEndpoints { get; set; } = 20;
    /// <summary>Deliveries on their way to one endpoint at once.</summary>
    public int WebhookParallel { get; set; } = 4;
    public TimeSpan WebhookTimeout { get; set; } = TimeSpan.FromSeconds(20);
    public int WebhookAnswerBytes { get; set; } = 64 * 1024;
    /// <summary>When delivery is given up at the latest, however long an endpoint asks to wait; the schedule itself takes a good three days.</summary>
    public TimeSpan WebhookGiveUp { get; set; } = TimeSpan.FromDays(4);
    /// <summary>How long the old secret signs beside the new one.</summary>
    public TimeSpan WebhookOldSecret { get; set; } = TimeSpan.FromHours(24);
    public int WebhookTestsPerHour { get; set; } = 60;
    /// <summary>How long deliveries stay in the log and can be sent again.</summary>
    public TimeSpan WebhookLogAge { get; set; } = TimeSpan.FromDays(30);
}

/// <summary>Longest values that fields take, in characters. Columns are made from the same numbers.</summary>
public static class FieldLengths
{
    public const int Name = 100;
    public const int Message = 1_000;
    public const int Email = EmailAddress.MaxLength;
    public const int Bio = 500;
    public const int Reason = 500;

    /// <summary>What can be searched for in a list: at least a whole address.</summary>
    public const int Search = Email;
}
