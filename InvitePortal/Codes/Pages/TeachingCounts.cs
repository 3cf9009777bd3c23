namespace InvitePortal.Codes.Pages;

/// <summary>What a teacher sees first.</summary>
/// <param name="Students">People who learn anything with the teacher.</param>
/// <param name="Open">Codes that let students in.</param>
/// <param name="Joined">Students who joined within seven days.</param>
/// <param name="Created">Codes made within seven days.</param>
/// <param name="Subjects">Subjects and groups by their students.</param>
/// <param name="Newest">Who joined last.</param>
public sealed record TeachingCounts(int Students, int Open, int Joined, int Created, IReadOnlyList<TaughtSubject> Subjects, IReadOnlyList<StudentRow> Newest);
