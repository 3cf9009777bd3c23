using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace InvitePortal.Data;

/// <summary>A compiled query for each model that it meets: EF Core ties one to the model it first ran on, and a process that serves two databases has two.</summary>
/// <param name="compile">Calls <c>EF.CompileAsyncQuery</c>.</param>
public sealed class CompiledQuery<TQuery>(Func<TQuery> compile)
    where TQuery : Delegate
{
    private readonly ConditionalWeakTable<IModel, TQuery> _queries = [];

    /// <summary>The query for the model of <paramref name="db"/>.</summary>
    public TQuery For(AppDbContext db) => _queries.GetValue(db.Model, _ => compile());
}
