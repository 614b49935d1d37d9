/** The last admin of a room is about to go: asks whom to make admin first. `<NewAdminHost>` shows the question. */
import { createStore } from 'zustand';

export interface NewAdminQuestion {
  readonly accountKey: string;
  readonly roomId: string;
  /** Of the room. */
  readonly name: string;
  readonly goingTo: 'leave' | 'stepDown';
}

export interface AskedForNewAdmin extends NewAdminQuestion {
  readonly answer: (goOn: boolean) => void;
}

export const newAdminStore = createStore<{ readonly asked: AskedForNewAdmin | undefined }>(() => ({ asked: undefined }));

/** Whether to go on: another admin has been named by then, or the person goes all the same. */
export async function askForNewAdmin(question: NewAdminQuestion): Promise<boolean> {
  newAdminStore.getState().asked?.answer(false);
  return new Promise((resolve) =>
    newAdminStore.setState({
      asked: {
        ...question,
        answer: (goOn) => {
          newAdminStore.setState({ asked: undefined });
          resolve(goOn);
        },
      },
    }),
  );
}
