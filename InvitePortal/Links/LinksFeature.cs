using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Links.Pages;
using InvitePortal.Shell;
using InvitePortal.Users;

namespace InvitePortal.Links;

public static class LinksFeature
{
    /// <summary>Links from teachers to students and from students to parents.</summary>
    public static IServiceCollection AddLinks(this IServiceCollection services)
    {
        services.AddScoped<LinkService>();
        services.AddScoped<LinkJoinService>();
        services.AddScoped<LinkQueries>();
        services.AddScoped<IPersonRemoval, LinkRemoval>();
        // Who registers for a link comes back without a role: the link grants it.
        services.AddSingleton(new NewcomerPage("/join/", null));
        services.AddSingleton(new ProfileSection(10, typeof(MyLinkCard), Role.Teacher, Role.Student));
        services.AddSingleton(new PersonSection(30, typeof(PersonBonds)));
        services.AddSingleton(new HomeCard(typeof(MyPeopleCard), 40, Role.Teacher, Role.Student));
        services.AddSingleton(new Family((db, parent) =>
            db.Bonds.Where(b => b.MemberId == parent && b.Kind == LinkKind.Student).Select(b => new Child { Id = b.OwnerId, Since = b.CreatedAt })));
        return services;
    }
}
