using System.Text.Json;
using InvitePortal.Common;

namespace InvitePortal.Api;

/// <summary>Names the member that made a body unreadable.</summary>
internal static class JsonMistakes
{
    public static Error Explain(JsonException e)
    {
        var member = Member(e.Path);
        // The serializer tells these apart only in its sentences, which are not translated; what is not recognized is still a 400 that names the member.
        if (e.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return ApiErrors.UnknownMember(Quoted(e.Message) ?? member ?? "?");
        }

        if (e.Message.Contains("Duplicate property", StringComparison.OrdinalIgnoreCase))
        {
            return ApiErrors.RepeatedMember(Quoted(e.Message) ?? member ?? "?");
        }

        if (e.Message.Contains("missing required properties", StringComparison.Ordinal))
        {
            return ApiErrors.MissingMember(Quoted(e.Message[e.Message.IndexOf("including", StringComparison.Ordinal)..]) ?? "?");
        }

        return member is null ? ApiErrors.Malformed : ApiErrors.Member(member);
    }

    private static string? Member(string? path) => path is ['$', '.', .. { Length: > 0 and <= 100 } rest] ? rest : null;

    private static string? Quoted(string message)
    {
        var quoted = message.Split('\'');
        return quoted.Length > 1 && quoted[1].Length is > 0 and <= 100 ? quoted[1] : null;
    }
}
