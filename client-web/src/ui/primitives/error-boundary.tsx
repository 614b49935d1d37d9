import { Component, type ErrorInfo, type ReactNode } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { BrokenLink } from '../illustrations.tsx';
import { Button } from './button.tsx';
import { EmptyState } from './empty-state.tsx';
import styles from './error-boundary.module.css';

export interface ErrorBoundaryProps {
  /** When it changes, what is inside gets another try: the id of the conversation. */
  readonly resetKey?: string;
  readonly onError?: (error: unknown, componentStack: string | undefined) => void;
  readonly children: ReactNode;
}

interface Failure {
  readonly failure: { readonly error: unknown } | undefined;
}

/** Around each pane, so that one that fails leaves the others. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, Failure> {
  override state: Failure = { failure: undefined };

  static getDerivedStateFromError(error: unknown): Failure {
    return { failure: { error } };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    this.props.onError?.(error, info.componentStack ?? undefined);
  }

  override componentDidUpdate(before: ErrorBoundaryProps): void {
    if (this.state.failure && before.resetKey !== this.props.resetKey) this.setState({ failure: undefined });
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (!failure) return this.props.children;
    return <Broken error={failure.error} onRetry={() => this.setState({ failure: undefined })} />;
  }
}

function Broken({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const t = useT();
  return (
    <EmptyState
      illustration={<BrokenLink />}
      title={t('common.broken.title')}
      action={
        <>
          <Button onPress={onRetry}>{t('common.retry')}</Button>
          <Button kind="primary" onPress={() => location.reload()}>
            {t('common.reload')}
          </Button>
        </>
      }
    >
      <p>{t('common.broken.body')}</p>
      <details className={styles.details}>
        <summary>{t('common.broken.details')}</summary>
        <pre className={styles.error}>{error instanceof Error ? (error.stack ?? error.message) : String(error)}</pre>
      </details>
    </EmptyState>
  );
}
