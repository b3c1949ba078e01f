// The shapes that cross the wire, as server/wire/README.md and server/web/README.md describe them.
// Types only: nothing of this reaches a browser. Times are milliseconds since 1970 UTC.

export type Role = 'participant' | 'moderator' | 'lead';
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
}

export interface RoomInfo {
  room: string;
  name: string;
  topic: string;
  rules: string;
  members: Member[];
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
  removed_by?: 'author';
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
  | (Placed & { event: 'message'; message: Message })
  | (Placed & { event: 'edited'; message: string; text: string; cmd?: string })
  | (Placed & { event: 'removed'; message: string; by: 'author'; cmd?: string })
  | (Placed & {
      event: 'reaction';
      message: string;
      reaction: Reaction;
      member: string;
      on: boolean;
      cmd?: string;
    })
  | (Placed & { event: 'member'; member: Member })
  | (Placed & { event: 'member_left'; member: string })
  | (Placed & { event: 'room'; name?: string; topic?: string; rules?: string });

export type Signal =
  | { signal: 'presence'; room: string; here: string[] | null; here_count: number }
  | { signal: 'typing'; room: string; member: string; on: boolean }
  | { signal: 'rooms' }
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
  kind: 'passphrase_reset' | 'passphrase_changed';
  at: number;
}

export interface Me {
  now: number;
  locked: boolean;
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
