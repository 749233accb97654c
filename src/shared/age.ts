const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago something was, in the words of lenses and lists: "just now", "5 min ago", "2 h ago", "3 d ago". */
export function age(then: Date, now: Date): string {
  const passed = Math.max(0, now.getTime() - then.getTime());
  if (passed < MINUTE) return 'just now';
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`;
  return `${Math.floor(passed / DAY)} d ago`;
}
