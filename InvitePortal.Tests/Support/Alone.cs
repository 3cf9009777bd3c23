namespace InvitePortal.Tests.Support;

/// <summary>Tests that look at the memory of the whole process: they run one by one, after all that run beside each other.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
