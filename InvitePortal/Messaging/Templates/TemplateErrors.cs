using InvitePortal.Common;

namespace InvitePortal.Messaging.Templates;

public static class TemplateErrors
{
    public static readonly Error Forbidden = new(ErrorKind.Forbidden, "template.forbidden");
    public static readonly Error NotFound = new(ErrorKind.NotFound, "template.not_found");
    public static readonly Error VersionNotFound = new(ErrorKind.NotFound, "template.version_not_found");
    public static readonly Error ChangedMeanwhile = new(ErrorKind.Conflict, "template.changed_meanwhile");
    public static readonly Error MailOnly = new(ErrorKind.Invalid, "template.mail_only");
    public static readonly Error NoAddress = new(ErrorKind.Conflict, "template.no_address");
    public static readonly Error TestLimit = new(ErrorKind.TooMany, "template.test_limit");

    private static readonly Error Mistaken = new(ErrorKind.Invalid, "template.mistaken");

    /// <summary>The words have mistakes, of which this is the first.</summary>
    public static Error HasMistake(TemplateMistake mistake) => Mistaken with { Field = mistake.Field, Arguments = [mistake.Line, mistake.Column, mistake.Found] };
}
