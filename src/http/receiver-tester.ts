/** What came of a test message. */
export interface ReceiverTest {
  readonly name: string;
  readonly type: string;
  /** Whether the receiver took it. */
  readonly taken: boolean;
  /** What it answered; 0: nothing. */
  readonly status: number;
  readonly detail: string;
  readonly seconds: number;
  /** What to do now. */
  readonly advice: string;
}

/** Tries receivers of alerts. */
export interface ReceiverTester {
  /** Sends a test message, once. @throws LeewayError LW_NOT_FOUND */
  test(name: string, by: string): Promise<ReceiverTest>;
}
