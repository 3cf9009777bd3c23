namespace InvitePortal.Shell.Ui;

/// <summary>Hands progress to a component. <see cref="System.Progress{T}"/> would lose the circuit's order of events.</summary>
public sealed class Steps<T>(Func<T, Task> report) : IProgress<T>
{
    public void Report(T value) => _ = report(value);
}
