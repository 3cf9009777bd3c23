using InvitePortal.Common;
using Microsoft.AspNetCore.Identity;

namespace InvitePortal.Data;

/// <summary>A person. <see cref="IdentityUser{TKey}.UserName"/> is the id; people sign in by address.</summary>
public sealed class AppUser : IdentityUser<Guid>
{
    public required string DisplayName { get; set; }
    public PersonStatus Status { get; set; }
    public Role ActiveRole { get; set; } = Role.Business;
    /// <summary>The roles held, as <see cref="Common.RoleBits"/>.</summary>
    public int RoleBits { get; set; }
    /// <summary>How somebody was invited who has no address: a number or an id on a channel, in the form that is the same for the same recipient.</summary>
    public string? ContactKey { get; set; }
    /// <summary>By which channel that recipient was invited: their messages go there as long as they have no address.</summary>
    public Channel? ContactChannel { get; set; }
    public string? Bio { get; set; }
    /// <summary><c>en</c> or <c>ru</c>.</summary>
    public string Language { get; set; } = Languages.English;
    /// <summary>IANA name, such as <c>Europe/Berlin</c>.</summary>
    public string TimeZone { get; set; } = "UTC";
    public DateTimeOffset CreatedAt { get; set; }
    /// <summary>When the account became usable; null while only invited.</summary>
    public DateTimeOffset? JoinedAt { get; set; }
    public DateTimeOffset? LastSignInAt { get; set; }
    /// <summary>Short hash of the uploaded picture, for its URL; null where initials are shown.</summary>
    public string? AvatarVersion { get; set; }
    /// <summary><see cref="Common.SearchText.Of"/> of name and address: kept up by <see cref="AppDbContext"/> for added people, and by whatever updates a name or address in place.</summary>
    public string SearchText { get; set; } = "";

    // Computed by the database, for lists: never null, so that a page can begin after any value.
    /// <summary>Status and roles in one number (<see cref="PeopleFacets"/>).</summary>
    public int Facet { get; private set; }
    /// <summary>The address, or nothing.</summary>
    public string EmailKey { get; private set; } = "";
    /// <summary>When they joined, or were invited.</summary>
    public DateTimeOffset JoinedKey { get; private set; }
    /// <summary>The last sign-in; 1970 for never.</summary>
    public DateTimeOffset SeenKey { get; private set; }

    /// <summary>The roles held.</summary>
    public IReadOnlyList<Role> Roles => Common.RoleBits.Read(RoleBits);

    /// <summary>A person with the fields filled that Identity and the database insist on.</summary>
    /// <remarks>Of somebody only invited, the role is what they are invited to; it gives no rights before they have accepted.</remarks>
    public static AppUser Create(string name, EmailAddress? email, PersonStatus status, Role role, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        return new AppUser
        {
            Id = id,
            UserName = id.ToString("N"),
            NormalizedUserName = id.ToString("N"),
            Email = email?.Display,
            NormalizedEmail = email?.Normalized,
            DisplayName = name,
            Status = status,
            ActiveRole = role,
            RoleBits = Common.RoleBits.Of(role),
            CreatedAt = now,
            JoinedAt = status is PersonStatus.Invited ? null : now,
            SecurityStamp = Guid.NewGuid().ToString("N"),
        };
    }
}
