// The shapes that cross the wire, as server/wire/README.md and server/web/README.md describe them.
// Types only: nothing of this reaches a browser. Times are milliseconds since 1970 UTC.

export type Role = 'participant' | 'moderator' | 'lead' | 'visitor';
export type Reaction = 'heart' | 'hug' | 'strength' | 'thanks' | 'same';

export interface Member {
  member: string;
  alias: string;
  role: Role;
}

export interface RoomRow {
  room: string;
  name: string;
  role: Role;
  unread: number;
  last_at?: number;
  ended?: Note;
  /** What is stored of it cannot be read; its name may be empty. */
  unreadable?: boolean;
}

export type NoteKind = 'nudge' | 'hidden' | 'erased' | 'declined' | 'muted' | 'unmuted' | 'removed' | 'visit';

export interface Appeal {
  state: 'open' | 'upheld' | 'overturned';
  text?: string;
  answer?: string;
  by?: Member;
}

export interface Note {
  id: string;
  kind: NoteKind;
  at: number;
  by?: Member;
  member?: string;
  message?: string;
  reason: string;
  until?: number;
  text?: string;
  mine?: boolean;
  appeal?: Appeal;
}

export interface Held {
  id: string;
  at: number;
  from: Member;
  text: string;
  reply_to?: string;
  state: 'waiting' | 'declined';
  mine?: boolean;
  cmd?: string;
  note?: string;
}

export interface Reports {
  message?: string;
  open: boolean;
  mine?: boolean;
  rules?: number;
  worry?: number;
  first?: number;
}

export interface Policy {
  hold: 'none' | 'newcomers' | 'everyone';
  pace: number;
  pace_new: number;
  paused_until?: number;
  pause_reason?: string;
  pause_text?: string;
  keep: number;
  legal_hold?: boolean;
  unattended?: 'open' | 'hold' | 'closed';
  house?: House;
}

export interface House {
  cross_talk: boolean;
  links: boolean;
  contact: boolean;
  medicine: boolean;
  sober: boolean;
}

export interface Span {
  from: number;
  to: number;
}

export interface Schedule {
  zone: string;
  weekly?: (Span & { day: number })[];
  except?: { date: string; spans?: Span[] }[];
}

export interface Calendar {
  hours?: Schedule;
  sessions?: Schedule;
  quiet?: boolean;
  coming_hours?: [number, number][];
  coming_sessions?: [number, number][];
  last_session?: [number, number];
}

export interface Call {
  at: number;
  answered_at?: number;
  by?: Member;
}

/** A room as GET /api/help tells of it. */
export interface HelpRoom {
  room: string;
  name: string;
  on_duty: string[];
  team: string[];
  coming_hours?: [number, number][];
  call?: Call;
  /** When a call that nobody had read went out by the pager, or that it could not so far. */
  paged_at?: number;
  paging_fails?: boolean;
}

export interface LineEntry {
  id: string;
  at: number;
  from: Member;
  text: string;
  mine?: boolean;
  cmd?: string;
}

export interface LinePage {
  entries: LineEntry[];
  more: boolean;
}

export interface RoomInfo {
  room: string;
  name: string;
  topic: string;
  rules: string;
  members: Member[];
  policy: Policy;
  on_duty?: string[];
  calendar?: Calendar;
}

export interface Message {
  id: string;
  at: number;
  from: Member;
  text: string;
  mine?: boolean;
  cmd?: string;
  reply_to?: string;
  reply_gone?: boolean;
  edited_at?: number;
  reactions?: Partial<Record<Reaction, string[]>>;
  removed_at?: number;
  removed_by?: 'author' | 'moderator';
  erased?: boolean;
  note?: string;
  written_at?: number;
  reports?: Reports;
}

export interface Hello {
  protocol: string;
  now: number;
  locks_at: number;
  rooms: RoomRow[];
}

export interface Joined {
  reset: boolean;
  pos: string;
  you: string;
  role: Role;
  room: RoomInfo;
  messages: Message[];
  more: boolean;
  unread: number;
  read_to?: string;
  here: string[] | null;
  here_count: number;
  notes?: Note[];
  held?: Held[];
  line?: LinePage;
  lines?: { member: string; waits?: number }[];
  reports?: Reports[];
  mutes?: Record<string, number>;
  muted_until?: number;
  ignored?: string[];
  leaves_at?: number;
  terms?: Record<string, number>;
  labels?: Record<string, string>;
  ends_at?: number;
  call?: Call;
  calls?: Record<string, Call>;
  pinned?: Message;
}

export interface Page {
  messages: Message[];
  more: boolean;
}

interface Placed {
  room: string;
  pos: string;
  at: number;
}

export type RoomEvent =
  | (Placed & { event: 'message'; message: Message; held?: string })
  | (Placed & { event: 'restored'; message: Message })
  | (Placed & { event: 'wiped'; messages: string[] })
  | (Placed & { event: 'lapsed'; until: number })
  | (Placed & { event: 'note'; note: Note; held?: string; cmd?: string })
  | (Placed & { event: 'appeal'; note: Note; message?: Message; held?: Held; cmd?: string })
  | (Placed & { event: 'term'; member: string; until?: number })
  | (Placed & { event: 'label'; member: string; text: string })
  | (Placed & { event: 'policy'; policy: Policy })
  | (Placed & { event: 'held'; held: Held; cmd?: string })
  | (Placed & { event: 'held_gone'; held: string; cmd?: string })
  | (Placed & { event: 'reports'; message: string; reports: Reports })
  | (Placed & { event: 'line'; member: string; line: LineEntry; waits?: number })
  | (Placed & { event: 'line_gone'; member: string; line: string })
  | (Placed & { event: 'line_wait'; member: string; waits: number })
  | (Placed & { event: 'duty'; on_duty: string[] })
  | (Placed & { event: 'calendar'; calendar: Calendar })
  | (Placed & { event: 'pinned'; message?: Message })
  | (Placed & { event: 'call'; member: string; call?: Call; waits?: number })
  | (Placed & { event: 'edited'; message: string; text: string; cmd?: string })
  | (Placed & { event: 'removed'; message: string; by: 'author' | 'moderator'; erased?: boolean; note?: Note; cmd?: string })
  | (Placed & {
      event: 'reaction';
      message: string;
      reaction: Reaction;
      member: string;
      on: boolean;
      cmd?: string;
    })
  | (Placed & { event: 'member'; member: Member })
  | (Placed & { event: 'member_left'; member: string; note?: Note })
  | (Placed & { event: 'room'; name?: string; topic?: string; rules?: string });

export type Signal =
  | { signal: 'presence'; room: string; here: string[] | null; here_count: number }
  | { signal: 'typing'; room: string; member: string; on: boolean }
  | { signal: 'rooms' }
  | { signal: 'desk' }
  | { signal: 'behind'; on: boolean }
  | { signal: 'come_back'; in_ms: number };

export interface WireError {
  code: string;
  text?: string;
  field?: string;
}

export interface Answer {
  answer: string;
  ok?: any;
  error?: WireError;
}

/** One line from the server: exactly one of these shapes. */
export type Line = { hello: Hello } | RoomEvent | Signal | Answer;

export interface Preferences {
  typing: boolean;
  presence: boolean;
  announce: 'all' | 'staff' | 'counts' | 'off';
  theme: 'auto' | 'light' | 'dark';
  leave_key: boolean;
}

export interface Notice {
  id: string;
  kind: 'passphrase_reset' | 'passphrase_changed' | 'visit' | 'second_set' | 'second_dropped' | 'second_recovered';
  at: number;
}

export interface Me {
  now: number;
  locked: boolean;
  /** What the session lacks: then nothing but preferences is told. */
  second?: 'set_up' | 'give';
  /** Of who has a second step. */
  recovery_left?: number;
  locks_at: number;
  lock_after_ms: number;
  programme: string;
  lead: boolean;
  staff: boolean;
  demo: boolean;
  name: string;
  rooms: RoomRow[];
  preferences: Preferences;
  notices: Notice[];
}

/** One thing that waits for the team, as GET /api/desk has it. */
export interface DeskItem {
  item: string;
  room: string;
  kind: 'call' | 'held' | 'report' | 'worry' | 'appeal' | 'line';
  /** The message, the note or the member that it is about, as the room names it. */
  about?: string;
  since: number;
  mine?: boolean;
  taken?: boolean;
  until?: number;
  /** A call that nobody read in time: when it went out by the pager, or how often that failed. */
  paged_at?: number;
  failing?: number;
}

/** A room from far away, as GET /api/console has it. */
export interface ConsoleRoom {
  room: string;
  seq: number;
  last_at?: number;
  unanswered?: number;
  since?: number;
  members: number;
  here?: number;
  on_duty?: number;
  /** What is stored of it cannot be read. */
  unreadable?: boolean;
}

export interface Shift {
  shift: string;
  room: string;
  with: string;
  mine?: boolean;
  at: number;
  items: string[];
}

export interface Console {
  /** The server's time of the answer, ms; 0: none came yet. */
  now: number;
  /** The last question was not answered. */
  old: boolean;
  duty: boolean;
  rooms: ConsoleRoom[];
  items: DeskItem[];
  shifts: Shift[];
}

/** Who looks after some of one's rooms, too. */
export interface Colleague {
  on_duty?: boolean;
  rooms: { room: string; member: string; alias: string }[];
}

export interface LinkLook {
  kind: 'invite' | 'setup' | 'reset' | 'demo';
  room_name?: string;
  role?: Role;
  expires_at: number;
  signed_in: boolean;
  member_already: boolean;
}

export interface SessionRow {
  id: string;
  started_at: number;
  active_at: number;
  device: 'phone' | 'tablet' | 'computer' | 'unknown';
  this: boolean;
}

/** One row of lines.json: a crisis line and when somebody last looked whether it is right. */
export interface CrisisLine {
  name: string;
  way: 'call' | 'text';
  show: string;
  href: string;
  listed: string;
  checked: string;
}
