using System.Diagnostics;
using System.Text;
using InvitePortal.Common;
using InvitePortal.Imports;

namespace InvitePortal.Tests.Imports;

/// <summary>Files as people have them: any encoding, any separator, odd quotes; and files that are none.</summary>
public sealed class CsvFileTests
{
    private static readonly LimitOptions Limits = new();

    static CsvFileTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData(FileEncoding.Utf8, "utf-8", false)]
    [InlineData(FileEncoding.Utf8, "utf-8", true)]
    [InlineData(FileEncoding.Utf16, "utf-16", true)]
    [InlineData(FileEncoding.Utf16, "utf-16", false)]
    [InlineData(FileEncoding.Utf16, "utf-16BE", true)]
    [InlineData(FileEncoding.Windows1251, "windows-1251", false)]
    public void H07_Encoding_OfCyrillicText_IsGuessed(FileEncoding expected, string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        var text = "почта;имя;роль\r\nanna@example.org;Анна Ёлкина;Преподаватель\r\nboris@example.org;Борис Щукин;Ученик\r\n";

        var file = Read([.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)]);

        Assert.Equal((expected, ';', true), (file.Encoding, file.Separator, file.HasHeader));
        Assert.Equal(["anna@example.org", "Анна Ёлкина", "Преподаватель"], file.Rows.First().Cells);
    }

    [Fact]
    public void H07_Windows1252_IsToldFromCyrillic()
    {
        var file = Read(Encoding.GetEncoding(1252).GetBytes("name;email\nJosé Muñoz;jose@example.org\nZoë Müller;zoe@example.org\n"));

        Assert.Equal(FileEncoding.Windows1252, file.Encoding);
        Assert.Equal(["José Muñoz", "Zoë Müller"], file.Rows.Select(r => r.Cells[0]));
    }

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('|')]
    public void H07_Separators_AreGuessed_AndCellsKeepWhatIsQuoted(char separator)
    {
        var file = Read(Bytes($"name{separator}email\n\"Doe{separator} \"\"J\"\"\nJunior\"{separator}j@example.org\n\n  {separator}\nplain{separator}p@example.org"));

        Assert.Equal(separator, file.Separator);
        Assert.Equal([(2, $"Doe{separator} \"J\"\nJunior"), (6, "plain")], file.Rows.Select(r => (r.Line, r.Cells[0])));
    }

    [Fact]
    public void H06_Formulas_AreTextLikeAnyOther() =>
        Assert.Equal(["=HYPERLINK(\"http://x\")", "+1", "@SUM(A1)"], Read(Bytes("a@b.org,\"=HYPERLINK(\"\"http://x\"\")\"\na@b.org,+1\na@b.org,@SUM(A1)\n")).Rows.Select(r => r.Cells[1]));

    [Fact]
    public void H07_Undecodable_NamesTheLine()
    {
        byte[] slip = [.. Bytes("email,name\na@example.org,Анна\nb@example.org,"), 0xFF, .. Bytes("Борис\n")];

        var guessed = CsvFile.Read(slip, new FileReading(), Limits);
        var asked = CsvFile.Read([.. Bytes("a@example.org\nb@example.org,"), 0x98], new FileReading(FileEncoding.Windows1251), Limits);
        var control = CsvFile.Read(Bytes("a@example.org\nb@\u0001example.org"), new FileReading(), Limits);

        Assert.Equal(("import.undecodable", 3), (guessed.Error!.Code, guessed.Error.Arguments[0]));
        Assert.Equal(("import.undecodable", 2), (asked.Error!.Code, asked.Error.Arguments[0]));
        Assert.Equal(("import.undecodable", 2), (control.Error!.Code, control.Error.Arguments[0]));
        Assert.True(ImportErrors.OfFile(guessed.Error));
    }

    [Fact]
    public void H07_QuoteThatIsNeverClosed_NamesTheLine_AStrayOneIsALetter()
    {
        var open = CsvFile.Read(Bytes("email,name\na@example.org,Anna\nb@example.org,\"Boris\nc@example.org,Clara\n"), new FileReading(), Limits);

        Assert.Equal(("import.malformed", 3L), (open.Error!.Code, open.Error.Arguments[0]));
        Assert.Equal("Peter \"Pit\" Pan", Read(Bytes("p@example.org,Peter \"Pit\" Pan\n")).Rows.Single().Cells[1]);
    }

    [Theory]
    [InlineData("PK\u0003\u0004 zip or workbook")]
    [InlineData("%PDF-1.7")]
    [InlineData("")]
    [InlineData(" \r\n\t\n")]
    [InlineData("email,name\n")]
    public void O10_WhatIsNoTable_IsRefusedByContent(string content)
    {
        var read = CsvFile.Read(Encoding.Latin1.GetBytes(content), new FileReading(), Limits);

        Assert.Equal(content.Contains('P', StringComparison.Ordinal) ? "import.not_text" : "import.empty", read.Error!.Code);
    }

    [Fact]
    public void O10_Binary_IsRefused()
    {
        byte[] old = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[512]];
        byte[] gzip = [0x1F, 0x8B, 8, 0, .. new byte[64]];
        byte[] zeros = new byte[999];

        Assert.All([old, gzip, zeros], bytes => Assert.Equal("import.not_text", CsvFile.Read(bytes, new FileReading(), Limits).Error!.Code));
    }

    [Fact]
    public void O09_TooLarge_TooManyRows_TooManyColumns_StopEarlyAndFlat()
    {
        var rows = Bytes(string.Concat(Enumerable.Range(0, 300_000).Select(i => $"{i}@a.org\n")));
        var wide = Bytes("a@b.org" + new string(',', 100));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();

        var many = CsvFile.Read(rows, new FileReading(), Limits);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 60 * 1024 * 1024);
        Assert.Equal(("import.too_many_rows", 10_000), (many.Error!.Code, many.Error.Arguments[0]));
        Assert.Equal("import.too_large", CsvFile.Read(new byte[Limits.ImportBytes + 1], new FileReading(), Limits).Error!.Code);
        Assert.Equal("import.too_many_columns", CsvFile.Read(wide, new FileReading(), Limits).Error!.Code);
        Assert.True(CsvFile.Read(Bytes("email\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"{i}@a.org\n"))), new FileReading(), Limits).Succeeded);
    }

    [Fact]
    public void AnyTable_ComesBackAsItWasWritten()
    {
        // Cells of everything that makes trouble, in every shape of file; blanks around cells are not kept.
        string[] pieces = ["a", "Ж", "\"", ",", ";", "\t", "|", "\n", "\r\n", " ", "=1+1", "’", "é", "x@y.org", "😀", ""];
        for (var seed = 1; seed <= 200; seed++)
        {
            var picks = new Picks(seed);
            var (rows, columns) = (1 + picks.Next(6), 2 + picks.Next(4));
            var table = Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => string.Concat(Enumerable.Range(0, picks.Next(5)).Select(_ => pieces[picks.Next(pieces.Length)])).Trim()).ToArray()).ToList();
            foreach (var row in table)
            {
                row[0] = "k" + row[0];
            }

            var separator = CsvFile.Separators[picks.Next(4)];
            var end = picks.Next(2) == 0 ? "\n" : "\r\n";
            var text = string.Concat(table.Select(r => string.Join(separator, r.Select(c => "\"" + c.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"")) + end));
            var encoding = picks.Next(3) switch { 0 => Encoding.UTF8, 1 => Encoding.Unicode, _ => Encoding.BigEndianUnicode };

            var read = CsvFile.Read([.. encoding.GetPreamble(), .. encoding.GetBytes(text)], new FileReading(null, separator, false), Limits);

            Assert.True(read.Succeeded, $"{seed}: {read.Error?.Code}");
            Assert.Equal(table, read.Value.Rows.Select(r => r.Cells.ToArray()));
        }
    }

    [Theory]
    [InlineData("E-mail,Full name,Role,Language\na@b.org,Ann,Teacher,en", ImportKind.People, "Email,Name,Roles,Language")]
    [InlineData("Имя;Фамилия;Эл. почта;Роль;Статус\nАнна;Ким;a@b.org;учитель;активен", ImportKind.People, "Name,Name,Email,Roles,Status")]
    [InlineData("Получатель;Роль;Сообщение;Имя\na@b.org;Ученик;Ждём;Анна", ImportKind.Invitations, "Email,Roles,Message,None")]
    [InlineData("Ann,a@b.org,STUDENT\nBob,b@b.org,PARENT", ImportKind.People, "Name,Email,Roles")]
    [InlineData("Number,Contact\n17,a@b.org\n18,b@b.org", ImportKind.People, "None,Email")]
    [InlineData("a@b.org", ImportKind.Invitations, "Email")]
    public void Columns_AreGuessed(string text, ImportKind kind, string expected) =>
        Assert.Equal(expected, string.Join(',', ColumnGuess.Columns(Read(Bytes(text)), kind).Select(c => c.Field)));

    [Fact]
    public void Words_AreUnderstoodInBothLanguages()
    {
        Assert.Equal([Role.Teacher, Role.Parent], ImportWords.ReadRoles("teacher; РОДИТЕЛЬ")!);
        Assert.Equal([Role.SuperAdmin, Role.Staff], ImportWords.ReadRoles("SUPER_ADMIN, Staff/super admin")!);
        Assert.Null(ImportWords.ReadRoles("teacher, wizard"));
        Assert.Empty(ImportWords.ReadRoles(" , ")!);
        Assert.Equal(("ru", "en", null), (ImportWords.Language("Русский"), ImportWords.Language("EN"), ImportWords.Language("fr")));
        Assert.True(ImportWords.TryReadStatus("Приостановлен", out var status) && status is PersonStatus.Suspended);
    }

    [Fact]
    public void Cells_AreCutAndCleaned_SoThatEveryDatabaseTakesThem()
    {
        Assert.Equal("ab", RowCells.Clean("a\0b", 300));
        Assert.Equal("a\uFFFDb", RowCells.Clean("a\uD800b", 300));
        Assert.Equal(300, RowCells.Clean(new string('x', 5_000), 300).Length);
        Assert.Equal("xxx", RowCells.Clean("xxx😀", 4));
    }

    private static CsvFile Read(byte[] bytes)
    {
        var file = CsvFile.Read(bytes, new FileReading(), Limits);
        Assert.True(file.Succeeded, file.Error?.Code);
        return file.Value;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The same picks for the same seed on every machine.</summary>
    private sealed class Picks(int seed)
    {
        private uint _state = (uint)seed * 2654435761;

        public int Next(int below)
        {
            _state = unchecked((_state * 1664525) + 1013904223);
            return (int)((_state >> 8) % (uint)below);
        }
    }
}
