// Owns what happens when a panel breaks: it alone is lost, it says so, and can be started again. Stop and the other panels
// go on.

import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import { Empty } from '../ui/Empty.tsx';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | undefined;
}

export class PanelBoundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(`the panel "${this.props.title}" broke`, error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div role="alert" className="panel-broken">
        <Empty
          icon="warning"
          title={`${this.props.title} has broken`}
          words={`The arm, Stop and the other panels are not affected. What went wrong: ${error.message}`}
        >
          <Button kind="primary" icon="reset" onClick={() => this.setState({ error: undefined })}>
            Start it again
          </Button>
        </Empty>
      </div>
    );
  }
}
