using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using InvitePortal.Common;
using InvitePortal.Data;

namespace InvitePortal.Audit;

/// <summary>Records changes by people, in the transaction of the change.</summary>
public static class AuditLog
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Stored, never put into a page as markup: readable Cyrillic instead of escapes.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Adds a row; the caller saves. <paramref name="before"/> and <paramref name="after"/> hold only what changed, and never a secret.</summary>
    /// <param name="db">The context of the change.</param>
    /// <param name="now">The time of the change.</param>
    /// <param name="actor">Where the call came from.</param>
    /// <param name="actorName">Display name of the actor, if known.</param>
    /// <param name="action">Stable name, such as <c>invitation.created</c>.</param>
    /// <param name="subjectId">What was changed.</param>
    /// <param name="before">Values before; null for something new.</param>
    /// <param name="after">Values after; null for something gone.</param>
    public static void Record(
        AppDbContext db,
        DateTimeOffset now,
        Actor actor,
        string? actorName,
        string action,
        Guid? subjectId,
        object? before = null,
        object? after = null) =>
        db.AuditEntries.Add(new AuditEntry
        {
            Id = Guid.CreateVersion7(now),
            At = now,
            ActorId = actor.UserId,
            ActorName = actorName,
            Address = actor.Address,
            Action = action,
            SubjectId = subjectId,
            Before = before is null ? null : JsonSerializer.Serialize(before, Json),
            After = after is null ? null : JsonSerializer.Serialize(after, Json),
        });
}
