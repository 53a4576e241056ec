/* The time as pages see it: moves on once a second while the window is seen, and stands still in tests and pictures. */
export class Clock {
  now = $state(0);

  constructor(private readonly read: () => number) {
    this.now = read();
  }

  /** Keeps it going; the answer ends it. */
  run(): () => void {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') this.now = this.read();
    }, 1000);
    return () => clearInterval(timer);
  }
}
