using System.Net;
using System.Net.Sockets;
using System.Text;

/// <summary>
/// Loaded into the portal's process by <c>DOTNET_STARTUP_HOOKS</c>, for the measurement of circuits only: answers each connection to
/// <c>BENCH_HEAP_PORT</c> on this machine with the bytes that are alive after a full collection. The portal itself knows nothing of it.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("BENCH_HEAP_PORT"), out var port))
        {
            var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            new Thread(() => Serve(listener)) { IsBackground = true }.Start();
        }
    }

    private static void Serve(TcpListener listener)
    {
        while (true)
        {
            using var client = listener.AcceptTcpClient();
            var stream = client.GetStream();
            _ = stream.Read(new byte[4096]);
            for (var i = 0; i < 2; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            var body = FormattableString.Invariant($"{{\"heap_mb\":{GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:F2}}}");
            stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        }
    }
}
