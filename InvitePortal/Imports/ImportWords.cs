using InvitePortal.Common;

namespace InvitePortal.Imports;

/// <summary>What people write at the head of columns and into cells, in English and Russian; compared by letters and digits alone.</summary>
internal static class ImportWords
{
    private static readonly Dictionary<string, ImportField> Headings = Table<ImportField>(
        (ImportField.Email, "email e-mail mail emailaddress address recipient login user-email адрес почта эл.почта электроннаяпочта адрес-почты емейл емайл имейл мейл получатель логин"),
        (ImportField.Name, "name fullname displayname firstname first-name givenname lastname surname familyname middlename имя фио ф.и.о. полноеимя имяифамилия имяфамилия фамилия отчество"),
        (ImportField.Roles, "role roles роль роли"),
        (ImportField.Status, "status state accountstatus статус состояние"),
        (ImportField.Language, "language lang locale preferredlanguage язык"),
        (ImportField.Message, "message note comment personalmessage text сообщение личноесообщение комментарий примечание текст"));

    private static readonly Dictionary<string, Role> Roles = Table(
        [.. Enum.GetValues<Role>().Select(r => (r, WireNames<Role>.Of(r)))],
        (Role.SuperAdmin, "главный-администратор"),
        (Role.Staff, "сотрудник"),
        (Role.Agency, "агентство"),
        (Role.Business, "компания бизнес"),
        (Role.Teacher, "преподаватель учитель учительница педагог"),
        (Role.Student, "pupil ученик ученица студент студентка учащийся"),
        (Role.Parent, "родитель"));

    private static readonly Dictionary<string, PersonStatus> Statuses = Table(
        [.. Enum.GetValues<PersonStatus>().Select(s => (s, WireNames<PersonStatus>.Of(s)))],
        (PersonStatus.Active, "активен активна активный"),
        (PersonStatus.Inactive, "неактивен неактивна неактивный"),
        (PersonStatus.Pending, "ждёт-активации ожидает"),
        (PersonStatus.Suspended, "приостановлен приостановлена"),
        (PersonStatus.Banned, "заблокирован заблокирована"));

    private static readonly Dictionary<string, string> LanguageNames = Table(
        (Languages.English, "en eng english en-us en-gb английский"),
        (Languages.Russian, "ru rus russian ru-ru русский"));

    /// <summary>What a heading says the column is.</summary>
    public static ImportField Heading(string text) => Headings.GetValueOrDefault(Key(text));

    /// <summary>A role by its name in the API or in words.</summary>
    public static bool TryReadRole(string text, out Role role) => Roles.TryGetValue(Key(text), out role);

    /// <summary>A status likewise.</summary>
    public static bool TryReadStatus(string text, out PersonStatus status) => Statuses.TryGetValue(Key(text), out status);

    /// <summary>A language by its code or name.</summary>
    public static string? Language(string text) => LanguageNames.GetValueOrDefault(Key(text));

    /// <summary>Roles with commas, semicolons, slashes or bars between them, in order; null where one is unknown.</summary>
    public static IReadOnlyList<Role>? ReadRoles(string text)
    {
        var roles = new List<Role>();
        foreach (var part in text.Split([',', ';', '/', '|', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!TryReadRole(part, out var role))
            {
                return null;
            }

            if (!roles.Contains(role))
            {
                roles.Add(role);
            }
        }

        return roles;
    }

    private static string Key(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant().Replace('ё', 'е');

    private static Dictionary<string, T> Table<T>(params (T Value, string Words)[] rows) => Table([], rows);

    private static Dictionary<string, T> Table<T>((T Value, string Words)[] first, params (T Value, string Words)[] rows) => first.Concat(rows)
        .SelectMany(r => r.Words.Split(' '), (r, word) => (Key: Key(word), r.Value))
        .DistinctBy(w => w.Key)
        .ToDictionary(w => w.Key, w => w.Value, StringComparer.Ordinal);
}
