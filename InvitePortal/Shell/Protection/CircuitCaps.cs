using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Shell.Protection;

/// <summary>Counts what is open at this moment, in all, by network and by person, and refuses what goes beyond.</summary>
internal sealed class CircuitCaps(IOptions<LimitOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, int> _people = [];
    private int _all;

    /// <summary>Whether one more would go beyond.</summary>
    public bool IsFull(string address, Guid? person)
    {
        lock (_gate)
        {
            var limits = options.Value;
            return _all >= limits.CircuitsInAll
                || _addresses.GetValueOrDefault(address) >= limits.CircuitsPerAddress
                || (person is { } id && _people.GetValueOrDefault(id) >= limits.CircuitsPerPerson);
        }
    }

    /// <summary>Counts one more, unless it would go beyond.</summary>
    public bool TryEnter(string address, Guid? person)
    {
        lock (_gate)
        {
            if (IsFull(address, person))
            {
                return false;
            }

            Enter(address, person);
            return true;
        }
    }

    /// <summary>Counts one more in any case.</summary>
    public void Enter(string address, Guid? person)
    {
        lock (_gate)
        {
            _all++;
            _addresses[address] = _addresses.GetValueOrDefault(address) + 1;
            if (person is { } id)
            {
                _people[id] = _people.GetValueOrDefault(id) + 1;
            }
        }
    }

    /// <summary>Counts one less.</summary>
    public void Leave(string address, Guid? person)
    {
        lock (_gate)
        {
            _all--;
            Decrement(_addresses, address);
            if (person is { } id)
            {
                Decrement(_people, id);
            }
        }
    }

    private static void Decrement<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull
    {
        if (--counts[key] == 0)
        {
            counts.Remove(key);
        }
    }
}
