// Owns the colours that mean something in the scene; the lines and the legend of the panel share them. The same in both
// themes. Must never import three: the legend is part of the page.

/** What the lines mean; the legend of the panel names them with the same colours. */
export const MEANINGS = {
  /** The motion to come. */
  ahead: '#2f7df6',
  /** Where the fingertip has been. */
  past: '#6d7787',
  /** What was commanded, where it differs from what is measured. */
  commanded: '#f5a623',
  unexpected: '#e5372b',
  expected: '#17a05c',
  allowed: '#4b8df8',
  keepOut: '#e5372b',
  camera: '#a06bd6',
} as const;
