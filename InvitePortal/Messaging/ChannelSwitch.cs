using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Messaging;

/// <summary>A channel that somebody has paused, on all nodes: its messages wait. No row means that it is on.</summary>
public sealed class ChannelSwitch
{
    public Channel Channel { get; init; }
    public DateTimeOffset At { get; init; }
    /// <summary>Name of that person at that time.</summary>
    public required string ByName { get; init; }
}

public sealed class ChannelSwitchConfiguration : IEntityTypeConfiguration<ChannelSwitch>
{
    public void Configure(EntityTypeBuilder<ChannelSwitch> builder)
    {
        builder.ToTable("ChannelSwitches");
        builder.HasKey(s => s.Channel);
        builder.Property(s => s.Channel).ValueGeneratedNever();
        builder.Property(s => s.ByName).HasMaxLength(FieldLengths.Name);
    }
}
