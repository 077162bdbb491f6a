/** Settings that keep the server to this machine's loopback interface and to a small footprint. */
const always = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "64MB",
  // Reading without helper processes saves three of them; the data is expected to be small.
  io_method: "sync",
  jit: "off",
  // Nobody replicates from an embedded server, so the log need not hold what replicas want.
  wal_level: "minimal",
  max_wal_senders: "0",
  max_logical_replication_workers: "0",
  min_wal_size: "32MB",
  max_wal_size: "256MB",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
  logging_collector: "off",
  log_destination: "stderr",
  log_line_prefix: "%m [%p] ",
  log_checkpoints: "off",
  // Statements and details of errors would carry personal data into the log.
  log_error_verbosity: "terse",
  log_min_error_statement: "panic",
};

/** A commit still reaches the operating system first, so killing the server loses nothing; a power cut may. */
const notDurable = { fsync: "off", full_page_writes: "off" };

/** The server's settings as command-line arguments; they take precedence over postgresql.conf. */
export function serverSettings(options: {
  readonly port: number;
  readonly durable: boolean;
}): string[] {
  const settings = {
    ...always,
    port: String(options.port),
    ...(options.durable ? {} : notDurable),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
