namespace InvitePortal.Codes.Pages;

/// <summary>A whole subject, or one group in it, with the number of places taken there: what the list shows when it is chosen.</summary>
internal sealed record TaughtPlace(string Subject, Guid? GroupId, string? Group, int Students)
{
    /// <summary>Each subject followed by its groups. A deleted group has left its students to the subject.</summary>
    public static IReadOnlyList<TaughtPlace> Of(IEnumerable<TaughtSubject> taught) => [.. taught.GroupBy(t => InviteCode.SubjectKeyOf(t.Subject)).SelectMany(Places)];

    private static IEnumerable<TaughtPlace> Places(IEnumerable<TaughtSubject> subject) => subject
        .Where(t => t.GroupId is not null)
        .OrderBy(t => t.Group, StringComparer.CurrentCulture)
        .Select(t => new TaughtPlace(t.Subject, t.GroupId, t.Group, t.Students))
        .Prepend(new TaughtPlace(subject.First().Subject, null, null, subject.Sum(t => t.Students)));
}
