namespace InvitePortal.Codes;

/// <summary>Something about a teacher's codes, groups or students has changed on this node. Ids only: whoever hears it reads what it may see.</summary>
/// <param name="TeacherId">Whose.</param>
/// <param name="CodeId">The code, where there is one.</param>
/// <param name="EnrollmentId">The student who has just joined; null for other changes.</param>
public sealed record CodeChange(Guid TeacherId, Guid? CodeId = null, Guid? EnrollmentId = null);

/// <summary>
/// Tells pages on this node of changes, after the commit. A page on another node learns of them by asking <see cref="CodeQueries.VersionAsync"/>
/// every few seconds; a page does both, and reads anew on either.
/// </summary>
public sealed partial class CodeChanges(ILogger<CodeChanges> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<Subscription>> _teachers = [];

    /// <summary>Calls <paramref name="handler"/> for every change of one teacher's, on a thread of whoever made it: it must be short and go on through <c>InvokeAsync</c>.</summary>
    public IDisposable Subscribe(Guid teacherId, Action<CodeChange> handler)
    {
        var subscription = new Subscription(this, teacherId, handler);
        lock (_lock)
        {
            if (!_teachers.TryGetValue(teacherId, out var listening))
            {
                _teachers[teacherId] = listening = [];
            }

            listening.Add(subscription);
        }

        return subscription;
    }

    /// <summary>Tells of a change that is committed.</summary>
    internal void Publish(CodeChange change)
    {
        Subscription[] listening;
        lock (_lock)
        {
            listening = [.. _teachers.GetValueOrDefault(change.TeacherId) ?? []];
        }

        foreach (var subscription in listening)
        {
            try
            {
                subscription.Handler(change);
            }
            catch (Exception e)
            {
                // A page that is going away must not fail the student who joins.
                LogHandlerFailed(e.GetBaseException().Message);
            }
        }
    }

    private void End(Guid teacherId, Subscription subscription)
    {
        lock (_lock)
        {
            if (_teachers.TryGetValue(teacherId, out var listening) && listening.Remove(subscription) && listening.Count == 0)
            {
                _teachers.Remove(teacherId);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A page could not be told of a change: {Reason}")]
    private partial void LogHandlerFailed(string reason);

    private sealed class Subscription(CodeChanges changes, Guid teacherId, Action<CodeChange> handler) : IDisposable
    {
        public Action<CodeChange> Handler => handler;

        public void Dispose() => changes.End(teacherId, this);
    }
}
