// The floor: the reads and writes of the portal's busiest work, written by hand over Kestrel and Npgsql. No EF, no rights, no limits, no audit,
// no encryption of messages. Statements are prepared, a transaction takes as few round trips as a careful person would give it.
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var app = builder.Build();
await using var data = NpgsqlDataSource.Create(Environment.GetEnvironmentVariable("FLOOR_DATABASE") + ";Max Auto Prepare=64;Auto Prepare Min Usages=1;No Reset On Close=true");

app.MapGet("/by-token/{token}", async (HttpContext http) =>
{
    await using var find = data.CreateCommand(Sql.Find);
    find.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Sql.Hash((string)http.Request.RouteValues["token"]!) });
    await using var row = await find.ExecuteReaderAsync();
    if (!await row.ReadAsync())
    {
        http.Response.StatusCode = 404;
        return;
    }

    var answer = new Landing(row.GetInt32(3), row.GetString(4), row.IsDBNull(6) ? null : row.GetString(6), row.GetFieldValue<DateTimeOffset>(5));
    await http.Response.WriteAsJsonAsync(answer, Wire.Default.Landing);
});

app.MapGet("/invitations", async (HttpContext http) =>
{
    var rows = new List<Row>(25);
    await using var list = data.CreateCommand(Sql.List);
    await using var row = await list.ExecuteReaderAsync();
    while (await row.ReadAsync())
    {
        rows.Add(new Row(
            row.GetGuid(0),
            row.GetString(1),
            row.GetInt32(2),
            row.GetInt32(3),
            row.GetInt32(4),
            row.IsDBNull(5) ? null : row.GetInt32(5),
            row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
            row.IsDBNull(7) ? null : row.GetString(7),
            row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
            row.GetFieldValue<DateTimeOffset>(9),
            row.IsDBNull(10) ? null : row.GetString(10),
            row.GetFieldValue<DateTimeOffset>(11),
            row.GetInt32(12)));
    }

    await http.Response.WriteAsJsonAsync(rows, Wire.Default.ListRow);
});

// People: no filter, no total, no rights. The far page begins behind a person who is known to stand there, as a keyset does.
await using var unprepared = NpgsqlDataSource.Create(Environment.GetEnvironmentVariable("FLOOR_DATABASE") + ";No Reset On Close=true");
var places = new Lazy<Task<(string Key, Guid Id)[]>>(FarPlacesAsync);
var turn = 0;
app.MapGet("/users", async (HttpContext http) =>
{
    await using var list = data.CreateCommand(Sql.People + Sql.PeopleOrder);
    await WritePeopleAsync(http, list);
});
app.MapGet("/users/far", async (HttpContext http) =>
{
    var far = await places.Value;
    var (key, id) = far[Interlocked.Increment(ref turn) % far.Length];
    await using var list = data.CreateCommand(Sql.People + "WHERE (\"SearchText\", \"Id\") > ($1, $2)" + Sql.PeopleOrder);
    list.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
    list.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
    await WritePeopleAsync(http, list);
});
app.MapGet("/users/search", async (HttpContext http) =>
{
    // Not prepared: one plan for all words would be a bad one.
    await using var list = unprepared.CreateCommand(Sql.People + "WHERE \"SearchText\" LIKE $1" + Sql.PeopleOrder);
    list.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"%{http.Request.Query["q"]}%" });
    await WritePeopleAsync(http, list);
});

// Codes. Who asks is believed: the floor knows no sessions.
app.MapGet("/codes", async (HttpContext http) =>
{
    var codes = new List<CodeRow>(25);
    await using var list = data.CreateCommand(Sql.Codes);
    list.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Sql.Teacher });
    await using var row = await list.ExecuteReaderAsync();
    while (await row.ReadAsync())
    {
        codes.Add(new CodeRow(
            row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetInt32(4), row.IsDBNull(5) ? null : row.GetInt32(5), row.GetInt32(6),
            row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8), row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9), row.IsDBNull(10) ? null : row.GetString(10)));
    }

    await http.Response.WriteAsJsonAsync(codes, Wire.Default.ListCodeRow);
});
app.MapGet("/codes/preview", async (HttpContext http) =>
{
    await using var find = data.CreateCommand(Sql.Preview);
    find.Parameters.Add(new NpgsqlParameter<string> { TypedValue = http.Request.Query["code"].ToString() });
    await using var row = await find.ExecuteReaderAsync();
    if (!await row.ReadAsync())
    {
        http.Response.StatusCode = 400;
        return;
    }

    await http.Response.WriteAsJsonAsync(new Preview(row.GetString(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetInt32(3)), Wire.Default.Preview);
});
app.MapPost("/codes/join", async (HttpContext http) =>
{
    var command = (await JsonSerializer.DeserializeAsync(http.Request.Body, Wire.Default.Join))!;
    var now = DateTimeOffset.UtcNow;
    await using var connection = await data.OpenConnectionAsync();
    await using var transaction = await connection.BeginTransactionAsync();
    Guid code, teacher;
    string subject, key;
    await using (var take = new NpgsqlCommand(Sql.TakeUse, connection))
    {
        take.Parameters.Add(new NpgsqlParameter<string> { TypedValue = command.Code });
        take.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await using var row = await take.ExecuteReaderAsync();
        if (!await row.ReadAsync())
        {
            http.Response.StatusCode = 400;
            return;
        }

        (code, teacher, subject, key) = (row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3));
    }

    var enrollment = Guid.CreateVersion7();
    await using (var batch = new NpgsqlBatch(connection))
    {
        batch.Add(Sql.Enrol, enrollment, command.Student, teacher, subject, key, code, now);
        await batch.ExecuteNonQueryAsync();
    }

    await transaction.CommitAsync();
    await http.Response.WriteAsJsonAsync(new Joined(enrollment, subject), Wire.Default.Joined);
});

app.MapPost("/invitations", async (HttpContext http) =>
{
    var command = (await JsonSerializer.DeserializeAsync(http.Request.Body, Wire.Default.Create))!;
    var email = command.Emails[0];
    var key = $"{email}|4";
    var now = DateTimeOffset.UtcNow;
    await using var connection = await data.OpenConnectionAsync();
    await using var transaction = await connection.BeginTransactionAsync();
    await using (var known = new NpgsqlCommand(Sql.Known, connection))
    {
        known.Parameters.Add(new NpgsqlParameter<string> { TypedValue = email });
        known.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        if (await known.ExecuteScalarAsync() is not null)
        {
            http.Response.StatusCode = 409;
            return;
        }
    }

    Guid person = Guid.CreateVersion7(), invitation = Guid.CreateVersion7(), message = Guid.CreateVersion7();
    var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
    var expires = now.AddDays(7);
    var body = JsonSerializer.SerializeToUtf8Bytes(new MessageBody("Bench Admin", "BUSINESS", token, expires), Wire.Default.MessageBody);
    await using (var batch = new NpgsqlBatch(connection))
    {
        batch.Add(Sql.InsertPerson, person, person.ToString("N"), email, now);
        batch.Add(Sql.InsertInvitation, invitation, email, key, person, Sql.Admin, Guid.CreateVersion7(), now, expires, expires.AddDays(-1), message);
        batch.Add(Sql.InsertLink, Guid.CreateVersion7(), invitation, Sql.Hash(token), now);
        batch.Add(Sql.InsertMessage, message, "invitation", 2, email, invitation, body, now, expires);
        await batch.ExecuteNonQueryAsync();
    }

    await transaction.CommitAsync();
    await http.Response.WriteAsJsonAsync(new Created(invitation, email), Wire.Default.Created);
});

app.MapPost("/accept", http => AcceptAsync(http, withCode: false));
app.MapPost("/accept-with-code", http => AcceptAsync(http, withCode: true));
await app.RunAsync();

async Task<(string Key, Guid Id)[]> FarPlacesAsync()
{
    var found = new List<(string, Guid)>();
    foreach (var share in new[] { 0.2, 0.35, 0.5, 0.65, 0.8, 0.95 })
    {
        await using var find = unprepared.CreateCommand("SELECT \"SearchText\", \"Id\" FROM \"Users\" ORDER BY 1, 2 OFFSET (SELECT ($1 * count(*))::bigint FROM \"Users\") LIMIT 1");
        find.Parameters.Add(new NpgsqlParameter<double> { TypedValue = share });
        await using var row = await find.ExecuteReaderAsync();
        await row.ReadAsync();
        found.Add((row.GetString(0), row.GetGuid(1)));
    }

    return [.. found];
}

static async Task WritePeopleAsync(HttpContext http, NpgsqlCommand list)
{
    var people = new List<Person>(25);
    await using var row = await list.ExecuteReaderAsync();
    while (await row.ReadAsync())
    {
        people.Add(new Person(
            row.GetGuid(0),
            row.GetString(1),
            row.IsDBNull(2) ? null : row.GetString(2),
            row.GetInt32(3),
            row.GetInt32(4),
            row.GetInt32(5),
            row.GetFieldValue<DateTimeOffset>(6),
            row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7),
            row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
            row.IsDBNull(9) ? null : row.GetString(9)));
    }

    await http.Response.WriteAsJsonAsync(people, Wire.Default.ListPerson);
}

async Task AcceptAsync(HttpContext http, bool withCode)
{
    var command = (await JsonSerializer.DeserializeAsync(http.Request.Body, Wire.Default.Accept))!;
    var now = DateTimeOffset.UtcNow;
    await using var connection = await data.OpenConnectionAsync();
    Guid link, invitation, person;
    string email;
    await using (var find = new NpgsqlCommand(Sql.Find, connection))
    {
        find.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Sql.Hash(command.Token) });
        await using var row = await find.ExecuteReaderAsync();
        if (!await row.ReadAsync() || row.IsDBNull(2))
        {
            http.Response.StatusCode = 404;
            return;
        }

        (invitation, link, person, email) = (row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetString(4));
    }

    if (withCode)
    {
        // Counting the try and using the code up: two statements, each committed, as any program that limits guesses has to.
        await using var count = new NpgsqlCommand(Sql.CountTry, connection);
        count.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person });
        count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = link.ToString("N") });
        if (await count.ExecuteScalarAsync() is not string sealedCode)
        {
            http.Response.StatusCode = 400;
            return;
        }

        await using var use = new NpgsqlCommand(Sql.UseCode, connection);
        use.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person });
        use.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sealedCode });
        await use.ExecuteNonQueryAsync();
    }

    await using var transaction = await connection.BeginTransactionAsync();
    await using (var win = new NpgsqlCommand(Sql.Win, connection))
    {
        win.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = invitation });
        win.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person });
        win.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        if (await win.ExecuteNonQueryAsync() != 1)
        {
            http.Response.StatusCode = 410;
            return;
        }
    }

    var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
    var refresh = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
    var session = Guid.CreateVersion7();
    await using (var batch = new NpgsqlBatch(connection))
    {
        batch.Add(Sql.Activate, person, command.Name, now);
        batch.Add(Sql.InsertSession, session, person, Sql.Hash(secret), Sql.Hash(refresh), now, now.AddHours(1), now.AddDays(30));
        batch.Add(Sql.InsertMessage, Guid.CreateVersion7(), "welcome", 2, email, DBNull.Value, JsonSerializer.SerializeToUtf8Bytes(command.Name, Wire.Default.String), now, DBNull.Value);
        await batch.ExecuteNonQueryAsync();
    }

    await transaction.CommitAsync();
    await http.Response.WriteAsJsonAsync(new Accepted(person, secret, refresh), Wire.Default.Accepted);
}
