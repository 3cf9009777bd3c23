using System.Text.Json;
using System.Text.Json.Serialization;
using InvitePortal.Common;

namespace InvitePortal.Api;

/// <summary>How the API reads and writes JSON: strictly, so that no client believes in a member that nobody reads.</summary>
public static class ApiJson
{
    internal static void Configure(JsonSerializerOptions options)
    {
        options.MaxDepth = 16;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        options.Converters.Add(new CleanTextConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false));
    }

    /// <summary>Refuses NUL, which PostgreSQL cannot store, and escapes that are no characters.</summary>
    private sealed class CleanTextConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType is not JsonTokenType.String)
            {
                throw new JsonException();
            }

            try
            {
                var text = reader.GetString()!;
                return text.Contains('\0') ? throw new JsonException() : text;
            }
            catch (InvalidOperationException)
            {
                throw new JsonException();
            }
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}

/// <summary>An enum value in a query string, in the form the API shows: <c>?role=SUPER_ADMIN</c>. Anything else is a 400 that names the parameter.</summary>
/// <param name="Value">The value.</param>
public readonly record struct ApiEnum<T>(T Value)
    where T : struct, Enum
{
    /// <summary>All values in the form that the API shows.</summary>
    public static IEnumerable<string> Names => WireNames<T>.All;

    public static bool TryParse(string? text, out ApiEnum<T> result)
    {
        var known = WireNames<T>.TryParse(text, out var value);
        result = new ApiEnum<T>(value);
        return known;
    }

    public override string ToString() => WireNames<T>.Of(Value);
}
