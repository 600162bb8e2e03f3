/** The truth for an inference, which may arrive with it, later, or before it. */
export interface Label {
  readonly model: string;
  /** The inference's id. */
  readonly id: string;
  /** Numeric truth, else NaN. */
  readonly label: number;
  /** Class truth, else ''. */
  readonly labelled: string;
  /** When the truth became known, epoch milliseconds. Of several labels for an id the latest counts. */
  readonly time: number;
  readonly source: string;
  readonly position: string;
}
