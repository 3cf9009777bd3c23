using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace InvitePortal.Tests.Data;

/// <summary>Checks statements with SQL Server's own parser; no server is needed for that.</summary>
internal static class TransactSql
{
    public static void AssertValid(string sql)
    {
        var mistakes = Mistakes(sql);
        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes) + "\nin:\n" + sql);
    }

    public static IReadOnlyList<string> Mistakes(string sql)
    {
        var parser = new TSql150Parser(initialQuotedIdentifiers: true);
        using var reader = new StringReader(sql);
        parser.Parse(reader, out var errors);
        return [.. errors.Select(e => $"line {e.Line}, column {e.Column}: {e.Message}")];
    }
}
