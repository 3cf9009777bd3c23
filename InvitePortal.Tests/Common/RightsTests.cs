using InvitePortal.Common;

namespace InvitePortal.Tests.Common;

public sealed class RightsTests
{
    [Fact]
    public void D03_NobodyGrantsARoleTheyMayNotManage()
    {
        var expected = new Dictionary<Role, Role[]>
        {
            [Role.SuperAdmin] = [Role.SuperAdmin, Role.Staff, Role.Agency, Role.Business, Role.Teacher, Role.Student, Role.Parent],
            [Role.Staff] = [Role.Staff, Role.Agency, Role.Business, Role.Teacher, Role.Student, Role.Parent],
            [Role.Agency] = [Role.Business],
            [Role.Business] = [],
            [Role.Teacher] = [],
            [Role.Student] = [],
            [Role.Parent] = [],
        };

        foreach (var role in Enum.GetValues<Role>())
        {
            Assert.Equal(expected[role], Rights.Grants(role));
            Assert.Equal(expected[role].Length > 0, Rights.MayInvite(role));
            foreach (var granted in Enum.GetValues<Role>())
            {
                Assert.Equal(expected[role].Contains(granted), Rights.MayGrant(role, granted));
            }
        }
    }

    [Theory]
    [InlineData(Role.SuperAdmin, true)]
    [InlineData(Role.Staff, true)]
    [InlineData(Role.Agency, false)]
    [InlineData(Role.Business, false)]
    [InlineData(Role.Teacher, false)]
    [InlineData(Role.Student, false)]
    [InlineData(Role.Parent, false)]
    public void OnlyAdministrators_SeeAllInvitations(Role role, bool expected)
    {
        Assert.Equal(expected, Rights.SeesAllInvitations(role));
        Assert.Equal(expected, Rights.IsAdmin(role));
    }

    [Fact]
    public void Grants_UnknownNumber_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Rights.Grants((Role)99));
}
