// What goes over the wire.
using System.Text.Json;
using System.Text.Json.Serialization;

internal sealed record Create(string[] Emails, string Role);

internal sealed record Accept(string Token, string Name, string Method, string Code);

internal sealed record Landing(int Status, string Email, string? Inviter, DateTimeOffset ExpiresAt);

internal sealed record Created(Guid Id, string Email);

internal sealed record Accepted(Guid UserId, string AccessToken, string RefreshToken);

internal sealed record MessageBody(string Inviter, string Role, string Token, DateTimeOffset ExpiresAt);

internal sealed record Row(
    Guid Id, string Email, int Role, int Channel, int State, int? Delivery, DateTimeOffset? DeliveryDueAt, string? DeliveryReason,
    DateTimeOffset? SentAt, DateTimeOffset ExpiresAt, string? InvitedBy, DateTimeOffset CreatedAt, int Version);

internal sealed record CodeRow(
    Guid Id, string Code, int Kind, string Subject, int Phase, int? MaxUses, int Uses, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset? FirstUsedAt, string? FirstUsedBy);

internal sealed record Preview(string Code, string Teacher, string Subject, int? SeatsLeft);

internal sealed record Join(string Code, Guid Student);

internal sealed record Joined(Guid EnrollmentId, string Subject);

internal sealed record Person(
    Guid Id, string Name, string? Email, int Status, int ActiveRole, int RoleBits, DateTimeOffset CreatedAt, DateTimeOffset? JoinedAt, DateTimeOffset? LastSignInAt, string? Version);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(Create))]
[JsonSerializable(typeof(Accept))]
[JsonSerializable(typeof(Landing))]
[JsonSerializable(typeof(Created))]
[JsonSerializable(typeof(Accepted))]
[JsonSerializable(typeof(MessageBody))]
[JsonSerializable(typeof(List<Row>))]
[JsonSerializable(typeof(List<CodeRow>))]
[JsonSerializable(typeof(Preview))]
[JsonSerializable(typeof(Join))]
[JsonSerializable(typeof(Joined))]
[JsonSerializable(typeof(List<Person>))]
internal sealed partial class Wire : JsonSerializerContext;
