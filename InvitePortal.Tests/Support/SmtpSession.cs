using System.Collections.Concurrent;

namespace InvitePortal.Tests.Support;

/// <summary>One connection's transcript: lines with <c>C: </c> and <c>S: </c>, bodies left out.</summary>
public sealed class SmtpSession
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    internal void Add(string line)
    {
        // A benchmark sends tens of thousands of mails over four connections.
        if (_lines.Count < 20_000)
        {
            _lines.Enqueue(line);
        }
    }
}
