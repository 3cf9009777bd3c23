using Bogus;
using InvitePortal.Codes;
using InvitePortal.Codes.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Links;
using InvitePortal.Messaging;

namespace InvitePortal.Demo;

/// <summary>What the demo teacher has: groups, codes of the last weeks in every state, students, and a few codes sent by mail; and who came by a link.</summary>
internal static class DemoTeaching
{
    private const int Seed = 20262;

    private static readonly (string Subject, int Codes)[] Subjects = [("Алгебра", 18), ("Геометрия", 14), ("Физика", 11), ("Информатика", 6)];

    /// <summary>Adds it; the caller saves.</summary>
    public static void Add(AppDbContext db, AppUser teacher, AppUser student, AppUser parent, DateTimeOffset now)
    {
        var random = new Randomizer(Seed);
        var crowd = db.Users.Local.Where(u => u is { Status: PersonStatus.Active, ActiveRole: Role.Student } && u.Id != student.Id).OrderBy(u => u.CreatedAt).ToList();
        AddGroup(db, teacher, "9 «А»", "Алгебра", 28, [student, .. crowd.Take(23)], now.AddDays(-74), closed: false, random, now);
        AddGroup(db, teacher, "Подготовка к ЕГЭ", "Физика", null, crowd.Skip(20).Take(11), now.AddDays(-40), closed: false, random, now);
        AddGroup(db, teacher, "Олимпиадный кружок", "Геометрия", 10, crowd.Skip(8).Take(10), now.AddDays(-96), closed: true, random, now);
        AddLink(db, LinkKind.Teacher, teacher, crowd.Skip(31).Take(4), now.AddDays(-25));
        AddLink(db, LinkKind.Student, student, [parent], now.AddDays(-20));
        AddLink(db, LinkKind.Student, crowd[4], [parent], now.AddDays(-6));
        foreach (var (subject, count) in Subjects)
        {
            for (var i = 0; i < count; i++)
            {
                AddCode(db, teacher, subject, i, subject == "Геометрия" && i == 0 ? student : crowd[(i + (count * 3)) % crowd.Count], random, now);
            }
        }
    }

    private static void AddLink(AppDbContext db, LinkKind kind, AppUser owner, IEnumerable<AppUser> members, DateTimeOffset created)
    {
        var link = new ReferralLink { Id = Guid.CreateVersion7(created), OwnerId = owner.Id, Kind = kind, Code = ReferralLink.NewCode(kind), CreatedAt = created, LiveKey = ReferralLink.KeyFor(owner.Id, kind) };
        db.ReferralLinks.Add(link);
        foreach (var member in members)
        {
            var at = created.AddHours(++link.Uses * 31);
            db.Bonds.Add(new Bond { Id = Guid.CreateVersion7(at), OwnerId = owner.Id, MemberId = member.Id, Kind = kind, LinkId = link.Id, CreatedAt = at });
        }
    }

    private static void AddGroup(
        AppDbContext db, AppUser teacher, string name, string subject, int? seats, IEnumerable<AppUser> students, DateTimeOffset created, bool closed, Randomizer random, DateTimeOffset now)
    {
        var group = new Group
        {
            Id = Guid.CreateVersion7(created),
            TeacherId = teacher.Id,
            Name = name,
            Subject = subject,
            SearchText = Group.SearchOf(name, subject),
            CreatedAt = created,
            ClosedAt = closed ? now.AddDays(-30) : null,
        };
        var code = CodeService.New(CodeKind.Group, teacher.Id, subject, group.Id, seats, null, created);
        code.Phase = closed ? CodePhase.Closed : CodePhase.Open;
        db.Groups.Add(group);
        db.InviteCodes.Add(code);
        foreach (var student in students)
        {
            // Most come in the first lesson, a few later.
            Use(db, code, student, created.AddMinutes(random.Int(0, 4) == 0 ? random.Int(60 * 24, 60 * 24 * 30) : random.Int(20, 60)));
        }
    }

    private static void AddCode(AppDbContext db, AppUser teacher, string subject, int index, AppUser student, Randomizer random, DateTimeOffset now)
    {
        var created = now.AddMinutes(-random.Int(60 * 20, 60 * 24 * 80));
        var used = index % 5 is not (3 or 4);
        var code = CodeService.New(CodeKind.Individual, teacher.Id, subject, null, 1, index % 5 is 3 or 1 ? created.AddDays(14) : null, created);
        db.InviteCodes.Add(code);
        if (used)
        {
            Use(db, code, student, created.AddMinutes(random.Double() * Math.Min((now - created).TotalMinutes, 60 * 24 * (index % 3 == 0 ? 1 : 9))));
        }
        else if (index % 7 == 4)
        {
            code.Phase = CodePhase.Closed;
        }

        if (index % 4 == 0)
        {
            Share(db, code, student, teacher, created.AddMinutes(2), failed: !used && index == 4);
        }
    }

    private static void Use(AppDbContext db, InviteCode code, AppUser student, DateTimeOffset at)
    {
        code.Uses++;
        code.Phase = code.Uses == code.MaxUses && code.Phase is CodePhase.Open ? CodePhase.UsedUp : code.Phase;
        if (code.FirstUsedAt is null || at < code.FirstUsedAt)
        {
            code.FirstUsedAt = at;
            code.FirstUseSeconds = (int)(at - code.CreatedAt).TotalSeconds;
        }

        db.Enrollments.Add(new Enrollment
        {
            Id = Guid.CreateVersion7(at),
            StudentId = student.Id,
            TeacherId = code.TeacherId,
            Subject = code.Subject,
            SubjectKey = code.SubjectKey,
            GroupId = code.GroupId,
            GroupKey = code.GroupId ?? Guid.Empty,
            CodeId = code.Id,
            JoinedAt = at,
            JoinedWeek = InviteCode.WeekOf(at),
            Source = code.Kind is CodeKind.Group ? EnrollmentSource.GroupCode : EnrollmentSource.IndividualCode,
        });
    }

    private static void Share(AppDbContext db, InviteCode code, AppUser student, AppUser teacher, DateTimeOffset at, bool failed)
    {
        EmailAddress.TryParse(student.Email, out var email);
        var message = new OutboxMessage
        {
            Id = Guid.CreateVersion7(at),
            Channel = Channel.Email,
            Kind = CodeShareMessage.KindName,
            Priority = Priority.Invitation,
            Recipient = email!.Display,
            RecipientKey = email.LimitKey,
            Language = teacher.Language,
            State = failed ? DeliveryState.Failed : DeliveryState.Sent,
            Reason = failed ? "550 5.1.1 No such mailbox here" : null,
            CreatedAt = at,
            DueAt = at,
            EndedDay = OutboxMessage.DayOf(at),
            SentAt = failed ? null : at.AddSeconds(3),
            Attempts = 1,
            SubjectId = code.Id,
        };
        db.OutboxMessages.Add(message);
        db.CodeShares.Add(new CodeShare
        {
            Id = Guid.CreateVersion7(at),
            CodeId = code.Id,
            Recipient = email.Display,
            Language = teacher.Language,
            CreatedAt = at,
            SendAt = at,
            MessageId = message.Id,
        });
    }
}
