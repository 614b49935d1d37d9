export function SettingsPage(props: { readonly section: string; readonly accountKey: string | undefined }) {
  return <main>{props.section}</main>;
}
