// Whether the server answers. The shell says since when it does not.
class Connection {
  since = $state<Date | null>(null);

  lost(): void {
    this.since ??= new Date();
  }

  restored(): void {
    this.since = null;
  }
}

export const connection = new Connection();
